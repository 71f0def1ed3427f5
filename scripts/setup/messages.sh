# Sourced by every script here: one way to speak, one way to stop.
# say: progress of this step · skip: nothing to do · fail: why it stopped and what to do next.

say() { printf '  %s\n' "$*"; }
skip() { printf '  ok: %s\n' "$*"; }
warn() { printf '  warning: %s\n' "$*" >&2; }
# fail MESSAGE [HINT]
fail() {
  printf 'failed: %s\n' "$1" >&2
  if [ -n "${2:-}" ]; then printf '  next: %s\n' "$2" >&2; fi
  exit 4 # the "environment" exit code of docs/errors.md
}

# free_mib PATH: mebibytes left on the file system that holds PATH (or its nearest parent).
free_mib() {
  local path=$1
  while [ ! -e "$path" ]; do path=$(dirname "$path"); done
  df -Pk "$path" | awk 'NR == 2 { print int($4 / 1024) }'
}

# need_disk PATH MIB PURPOSE
need_disk() {
  local free
  free=$(free_mib "$1")
  if [ "$free" -lt "$2" ]; then
    fail "$3 needs $2 MiB of disk, but only $free MiB are free at $1." \
      "free some space there, or move it: df -h $1"
  fi
}

# need_mmdebstrap: installs it where apt-get can; what images are made with where no registry is.
need_mmdebstrap() {
  if command -v mmdebstrap >/dev/null; then return; fi
  command -v apt-get >/dev/null || fail "mmdebstrap is not installed, and there is no apt-get." \
    "load the base image into Docker by hand: docker load"
  say "installing mmdebstrap ..."
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    mmdebstrap; } >/dev/null 2>&1 </dev/null ||
    fail "apt-get could not install mmdebstrap." "apt-get update; apt-get install mmdebstrap"
}

# unpack_packages ROOT SUITE LOG PACKAGE...: a merged-usr root file system of packages that are
# unpacked and not installed; no maintainer script runs. SUITE may be followed by the line of a source,
# `trixie deb http://... trixie main`, where it is another release than this machine's.
unpack_packages() {
  local root=$1 suite=${2%% *} source=() log=$3
  case $2 in *' '*) source=("${2#* }") ;; esac
  shift 3
  mmdebstrap --variant=extract --aptopt='APT::Install-Recommends "false"' --include="$(IFS=,; echo "$*")" \
    --setup-hook='mkdir -p "$1/usr/bin" "$1/usr/sbin" "$1/usr/lib" && for d in bin sbin lib; do ln -s "usr/$d" "$1/$d"; done' \
    --setup-hook='case $(dpkg --print-architecture) in amd64) mkdir -p "$1/usr/lib64" && ln -s usr/lib64 "$1/lib64";; esac' \
    "$suite" "$root" "${source[@]}" >"$log" 2>&1 && return
  tail -n 8 "$log" >&2
  fail "mmdebstrap could not fetch the packages of $suite (its last lines are above)." \
    "check that apt works: apt-get update"
}
