# shellcheck shell=bash
# What a fresh Debian or Ubuntu machine may lack. Sourced by ./run and ./test.

say() { printf '%s\n' "$*" >&2; }

# as_root COMMAND...: directly or through sudo.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
    say "please run as root: $*"
    return 1
  fi
}

# available PACKAGE: whether the system offers it, asked again with fresh lists before the answer is no.
available() {
  has_candidate "$1" || { as_root apt-get update -qq >&2 && has_candidate "$1"; }
}

has_candidate() { LC_ALL=C apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'; }

# install_packages PACKAGE...: Debian packages; quiet about those that are there.
install_packages() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null)" = "ii " ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]}"
  as_root apt-get update -qq >&2 &&
    as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# install_for COMMAND PACKAGE...: the same, but only when the command is missing.
install_for() {
  command -v "$1" >/dev/null || install_packages "${@:2}"
}

# A C compiler for SQLite and the cryptographic library, and the Rust toolchain that rust-toolchain.toml names.
prepare_build() {
  [ -d "$HOME/.cargo/bin" ] && PATH="$HOME/.cargo/bin:$PATH"
  install_for cc gcc libc6-dev || return 1
  if ! command -v cargo >/dev/null; then
    if available rustup; then
      install_packages rustup || return 1
    else
      say "Rust is missing: install rustup, then run this again"
      return 1
    fi
  fi
  if ! cargo --version >/dev/null 2>&1; then
    say "installing the Rust toolchain that rust-toolchain.toml names"
    rustup toolchain install >&2 || return 1
  fi
}
