#!/bin/bash
# Unpacks an interpreter, or Rust's source, from Debian's packages: bash tests/beds.sh FOLDER NAME
#
#   sid           CPython 3.14 and 3.15 from sid or forky, made to run outside of a chroot, with their test suites
#   bullseye      CPython 3.9.2 from Debian 11, with its test suite, made to run with the C library of this system
#   pypy          PyPy 3.11 from sid, in the same way
#   without-venv  Debian 12's Python 3.11 without python3-venv, that is without ensurepip
#   rust-library  the source of Rust's standard library, of the version of rustc, to check for other systems
#
# Nothing is installed or configured: packages are fetched by an apt with settings of its own, and unpacked. It needs
# Debian, and patchelf for those from sid. FOLDER must not be moved later, since the interpreters hold its path.
set -eu
folder=$(mkdir -p "$1" && cd "$1" && pwd)
name=$2
target=$folder/$name
work=$folder/.$name
mirror=$(awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources)
key=/usr/share/keyrings/debian-archive-keyring.gpg
trap 'rm -rf "$work"' EXIT

# apt SUITE COMMAND...: apt-get or apt-cache with a state of its own, in which no package is installed
apt() {
    local suite=$1 program=$2
    shift 2
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
    : > "$work/status"
    echo "deb [arch=amd64 signed-by=$key] $mirror $suite main" > "$work/sources.list"
    # The stored indexes of sid can be weeks old.
    "$program" -o Dir::State="$work" -o Dir::State::lists="$work/lists" -o Dir::State::status="$work/status" \
        -o Dir::Cache="$work/cache" -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::Etc::preferencesparts=/dev/null -o APT::Architectures=amd64 -o APT::Install-Recommends=false \
        -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Check-Valid-Until=false \
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
    local python loader
    rm -rf "$target"
    mv "$work/root" "$target"
    loader=$target/usr/lib64/ld-linux-x86-64.so.2
    for python in "$@"; do
        [ ! -e "$loader" ] || patchelf --set-interpreter "$loader" "$target/usr/bin/$python"
        patchelf --force-rpath --set-rpath "$target/usr/lib/x86_64-linux-gnu" "$target/usr/bin/$python"
    done
    # Where ensurepip looks for pip's wheel: not in this system's folder.
    grep -rlI /usr/share/python-wheels "$target"/usr/lib/python3.*/{_sysconfig*,ensurepip} 2> /dev/null |
        xargs -r sed -i "s#\([\"']\)/usr/share/python-wheels#\1$target/usr/share/python-wheels#"
}

case $name in
    sid)
        for suite in sid forky; do
            unpack "$suite" python3.14 python3.14-venv python3.15 python3.15-venv libc-bin \
                libpython3.14-testsuite libpython3.15-testsuite && break
        done
        relocate python3.14 python3.15
        for python in python3.14 python3.15; do
            "$target/usr/bin/$python" -m compileall -qq -x /test/ "$target/usr/lib/$python"
        done
        ;;
    bullseye)
        unpack bullseye python3.9 python3.9-venv libpython3.9-testsuite
        # The module that is built here needs a newer C library than that of Debian 11, which a newer one can stand in for.
        rm "$work"/root/usr/lib64/ld-linux-* "$work"/root/usr/lib/x86_64-linux-gnu/{ld-*,lib{c,dl,m,pthread,rt,util}[.-]*}
        relocate python3.9
        ;;
    pypy)
        unpack sid pypy3 pypy3-venv libc-bin
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
