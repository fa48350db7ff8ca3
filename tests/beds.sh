#!/bin/bash
# Unpacks an interpreter, or Rust's source, from Debian's packages: bash tests/beds.sh FOLDER NAME
#
#   sid           CPython 3.14 and 3.15 from sid or forky, made to run outside of a chroot, with their test suites, and as
#                 debug builds
#   trixie        CPython 3.13 from Debian 13, in the same way
#   bullseye      CPython 3.9.2 from Debian 11, with its test suite, made to run with the C library of this system
#   pypy          PyPy 3.11 from sid, with its test suite, made to run outside of a chroot
#   i386 arm64 armhf ppc64el riscv64 s390x
#                 CPython 3.13 from Debian 13 or forky for that processor; all but i386 start in qemu alone
#   musl          CPython 3.13 built from Debian's source with musl-gcc, which takes minutes
#   without-venv  Debian 12's Python 3.11 without python3-venv, that is without ensurepip
#   rust-library  the source of Rust's standard library, of the version of rustc, to check for other systems
#
# Nothing is installed or configured: packages are fetched by an apt with settings of its own, and unpacked. It needs
# Debian, and patchelf for those that are made to run. FOLDER must not be moved later, since the interpreters hold its path.
set -eu
folder=$(mkdir -p "$1" && cd "$1" && pwd)
name=$2
target=$folder/$name
work=$folder/.$name
architecture=amd64
packages=deb
mirror=$(awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources)
key=/usr/share/keyrings/debian-archive-keyring.gpg
trap 'rm -rf "$work"' EXIT

# apt SUITE COMMAND...: apt-get or apt-cache with a state of its own, in which no package is installed
apt() {
    local suite=$1 program=$2
    shift 2
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
    : > "$work/status"
    echo "$packages [arch=$architecture signed-by=$key] $mirror $suite main" > "$work/sources.list"
    # The stored indexes of sid can be weeks old.
    "$program" -o Dir::State="$work" -o Dir::State::lists="$work/lists" -o Dir::State::status="$work/status" \
        -o Dir::Cache="$work/cache" -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::Etc::preferencesparts=/dev/null -o APT::Architecture="$architecture" \
        -o APT::Architectures="$architecture" -o APT::Install-Recommends=false -o APT::Sandbox::User=root \
        -o Acquire::Languages=none -o Acquire::Check-Valid-Until=false \
        -o Binary::apt::APT::Keep-Downloaded-Packages=true -o DPkg::Post-Invoke::= -o APT::Update::Post-Invoke::= "$@"
}

# unpack SUITE PACKAGE...: the packages with what they depend on, unpacked into $work/root
unpack() {
    local suite=$1 root=$work/root package directory
    shift
    rm -rf "$work"
    apt "$suite" apt-get -qq update > /dev/null || return
    apt "$suite" apt-get -qq -y --download-only install "$@" > /dev/null || return
    for directory in bin sbin lib lib64; do
        mkdir -p "$root/usr/$directory"
        ln -sfn "usr/$directory" "$root/$directory"
    done
    for package in "$work"/cache/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root" --keep-directory-symlink \
            --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*'
    done
}

# relocate PYTHON...: let the interpreters run outside of a chroot, with the C library that they came with, if any
relocate() {
    local python libraries loader
    rm -rf "$target"
    mv "$work/root" "$target"
    libraries=$(echo "$target"/usr/lib/*-linux-gnu*)
    for python in "$@"; do
        loader=$libraries/$(basename "$(patchelf --print-interpreter "$target/usr/bin/$python")")
        [ ! -e "$loader" ] || patchelf --set-interpreter "$loader" "$target/usr/bin/$python"
        patchelf --force-rpath --set-rpath "$libraries" "$target/usr/bin/$python"
    done
    # Where ensurepip looks for pip's wheel: not in this system's folder.
    grep -rlI /usr/share/python-wheels "$target"/usr/lib/python3.*/{_sysconfig*,ensurepip} 2> /dev/null |
        xargs -r sed -i "s#\([\"']\)/usr/share/python-wheels#\1$target/usr/share/python-wheels#"
}

# unpack_one_of SUITES PACKAGE...: the packages from the first of these suites that has them all
unpack_one_of() {
    local suite suites=$1
    shift
    for suite in $suites; do
        unpack "$suite" libc-bin "$@" && return
    done
    return 1
}

# cpythons SUITES VERSION...: these versions, with their tests, and as debug builds
cpythons() {
    local suites=$1 wanted=() version
    shift
    for version in "$@"; do
        wanted+=("python$version" "python$version-venv" "python$version-dbg" "libpython$version-testsuite")
    done
    unpack_one_of "$suites" "${wanted[@]}"
    set -- "${@/#/python}"
    relocate "$@" "${@/%/-dbg}"
}

# build_with_musl: CPython from Debian's source, linked with musl; of its tests, what that of venv needs
build_with_musl() {
    packages=deb-src
    apt trixie apt-get -qq update > /dev/null
    # What Debian has added to the sources is not used, and cannot always be had.
    (cd "$work" && apt trixie apt-get -qq --download-only source python3.13 zlib > /dev/null) || true
    mkdir -p "$work/zlib" "$work/python"
    # Beside an archive there may be its signature, `*.asc`.
    tar -x -f "$work"/zlib_*.orig.tar.?z -C "$work/zlib" --strip-components=1
    tar -x -f "$work"/python3.13_*.orig.tar.?z -C "$work/python" --strip-components=1
    # configure asks the compiler for the platform, which musl-gcc takes from gcc, and pkg-config for libraries, which has
    # those of the system.
    # shellcheck disable=SC2016 # the wrapper expands its arguments
    printf '#!/bin/sh\n[ "$1" = --print-multiarch ] && exec echo x86_64-linux-musl\nexec musl-gcc "$@"\n' > "$work/cc"
    chmod +x "$work/cc"
    (cd "$work/zlib" && CC=musl-gcc CFLAGS="-O2 -fPIC" ./configure --static --prefix="$work/installed" && make install) > /dev/null
    rm -rf "$target"
    (
        cd "$work/python" &&
            ./configure --prefix="$target" --with-ensurepip=no --disable-test-modules --without-static-libpython \
                CC="$work/cc" PKG_CONFIG=false OPT="-O1 -DNDEBUG" \
                CPPFLAGS="-I$work/installed/include" LDFLAGS="-L$work/installed/lib" &&
            make -j "$(nproc)" install
    ) > "$work/log" 2>&1 || {
        tail "$work/log" >&2
        rm -rf "$target"
        return 1
    }
    mkdir "$target/lib/python3.13/test"
    (cd "$work/python/Lib/test" && cp -r __init__.py support libregrtest test_venv.py _test_venv_multiprocessing.py \
        "$target/lib/python3.13/test")
}

case $name in
    trixie) cpythons trixie 3.13 ;;
    sid)
        cpythons "sid forky" 3.14 3.15
        for version in 3.14 3.15; do
            "$target/usr/bin/python$version" -m compileall -qq -x /test/ "$target/usr/lib/python$version"
        done
        ;;
    bullseye)
        unpack bullseye python3.9 python3.9-venv libpython3.9-testsuite
        # The module that is built here needs a newer C library than that of Debian 11, which a newer one can stand in for.
        rm "$work"/root/usr/lib64/ld-linux-* "$work"/root/usr/lib/x86_64-linux-gnu/{ld-*,lib{c,dl,m,pthread,rt,util}[.-]*}
        relocate python3.9
        ;;
    i386 | arm64 | armhf | ppc64el | riscv64 | s390x)
        architecture=$name
        unpack_one_of "trixie forky" python3.13 python3.13-venv libpython3.13-testsuite
        relocate python3.13
        ;;
    musl) build_with_musl ;;
    pypy)
        unpack_one_of sid pypy3 pypy3-venv pypy3-lib-testsuite
        relocate pypy3.11
        ;;
    without-venv)
        unpack bookworm python3.11 python3
        rm -rf "$target"
        mv "$work/root" "$target"
        ;;
    rust-library)
        version=$(rustc --version | cut -d ' ' -f 2)
        apt trixie-backports apt-get -qq update > /dev/null
        package=$(apt trixie-backports apt-cache madison rust-src | awk '{ print $3 }' | grep -m 1 "^$version")
        (cd "$work" && apt trixie-backports apt-get -qq download "rust-src=$package" > /dev/null)
        dpkg-deb --fsys-tarfile "$work"/rust-src*.deb | tar -x -C "$work" --wildcards './usr/src/rustc-*/library/*'
        rm -rf "$target"
        mv "$work"/usr/src/rustc-*/library "$target"
        ;;
    *)
        echo "no such test bed: $name" >&2
        exit 2
        ;;
esac
