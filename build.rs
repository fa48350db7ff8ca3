//! Passes the linker what a Python extension module needs where the system asks for it (macOS leaves the
//! interpreter's symbols to be found at load time).

fn main() {
    #[cfg(feature = "python")]
    pyo3_build_config::add_extension_module_link_args();
}
