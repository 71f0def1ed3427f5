# Sourced by netem-lab and prepare-disk: one boot of a User-Mode Linux kernel, from a folder of its
# own (kernel's memory, sockets, copy-on-write disk, what guest and host tell each other in share/)
# to the end of its process group. Nothing of a lab outlives the script that booted it, and what a
# killed one leaves is removed by the next.

lab=
lab_pid=
lab_modules=/usr/lib/uml/modules
# Until the guest has a root file system and answers.
lab_boot_s=${NETEM_LAB_BOOT_S:-60}

# lab_create MEMORY: a folder that has room for it
lab_create() {
  lab_memory=$1
  local mib=${lab_memory%[GM]} parent
  case $lab_memory in *G) mib=$((mib * 1024)) ;; esac
  # Guest memory is a sparse file that grows as it is used; on a disk it would be written out.
  parent=/dev/shm
  if [ ! -w $parent ] || [ "$(free_mib $parent)" -lt "$mib" ]; then
    parent=${TMPDIR:-/var/tmp}
    need_disk "$parent" "$mib" "The laboratory"
  fi
  lab=$(mktemp -d "$parent/prsm-netem-lab.XXXXXXXX")
  mkdir "$lab/share"
  # Held by this script and by the kernel that it starts, for as long as either lives.
  exec 9>"$lab/alive"
  flock 9
}

# Folders of labs whose script and kernel were both killed.
lab_remove_dead() {
  local folder
  for folder in /dev/shm/prsm-netem-lab.* "${TMPDIR:-/var/tmp}"/prsm-netem-lab.*; do
    [ -e "$folder/alive" ] || continue
    if flock --nonblock "$folder/alive" true; then rm -rf "$folder"; fi
  done
}

# lab_boot JOB LIMIT_S [DISK]: JOB is what guest-init does. With `run`, DISK is only read: what is
# written goes to a layer of this lab's own.
lab_boot() {
  local job=$1 disk=${3:-} device=()
  lab_limit_s=$2
  if [ -n "$disk" ]; then
    if [ "$job" = run ]; then device=("ubd0=$lab/disk.cow,$disk"); else device=("ubd0=$disk"); fi
  fi
  : >"$lab/share/progress"
  lab_started=$EPOCHREALTIME
  # The serial lines are the standard output and error of the job. Not the caller's own: the
  # kernel would switch a terminal to raw mode.
  exec 5> >(exec 9>&-; exec cat)
  lab_pipes=($!)
  exec 6> >(exec 9>&-; exec cat >&2)
  lab_pipes+=($!)
  TMPDIR=$lab setsid "$lab_scripts/boot-kernel" "mem=$lab_memory" umid=guest "uml_dir=$lab/" \
    rootfstype=hostfs rootflags=/ ro quiet "${device[@]}" \
    "init=$lab_scripts/guest-root" "LAB=$lab/share" "LAB_JOB=$job" \
    con=null con0=null,fd:4 ssl0=null,fd:5 ssl1=null,fd:6 </dev/null 4>"$lab/console" >&4 2>&4 &
  lab_pid=$!
  exec 5>&- 6>&-
  # If this script is killed with -9, its end of the pipe closes.
  exec 7> >(exec 9>&-; exec setsid "$lab_scripts/guard" "$lab" "$lab_pid" >/dev/null 2>&1)
}

# Waits for the end of the job. @returns its exit code; 124 after the time limit; 4 if the guest
# did not get that far, with its last words on standard error.
lab_wait() {
  local up=false deadline=$((SECONDS + lab_boot_s)) why=
  while kill -0 "$lab_pid" 2>/dev/null; do
    if ! $up && [ -s "$lab/share/progress" ]; then
      up=true
      deadline=$((SECONDS + lab_limit_s))
    fi
    # Powering off takes a tenth of a second; a guest that hangs in it has nothing left to say.
    if [ -s "$lab/share/status" ]; then
      lab_gone_within 5 || lab_kill
      break
    fi
    if [ "$SECONDS" -ge "$deadline" ]; then
      why="it did not come up within $lab_boot_s s"
      if $up; then why="time limit of $lab_limit_s s"; fi
      lab_kill
      break
    fi
    sleep 0.1
  done
  wait "$lab_pid" 2>/dev/null || true
  lab_pid=
  lab_flush
  if [ -s "$lab/share/status" ]; then return "$(cat "$lab/share/status")"; fi
  lab_last_words
  printf 'failed: The laboratory was ended: %s.\n' "${why:-its kernel stopped}" >&2
  case $why in time*) return 124 ;; *) return 4 ;; esac
}

lab_gone_within() {
  local tries=$(($1 * 20))
  while kill -0 "$lab_pid" 2>/dev/null; do
    [ "$((tries--))" -gt 0 ] || return 1
    sleep 0.05
  done
}

# The kernel, and the processes of this host that its processes are.
lab_kill() { kill -KILL -- "-$lab_pid" 2>/dev/null || true; }

# What is still in the pipes to the caller; they end with the last process of the guest.
lab_flush() { wait "${lab_pipes[@]}" 2>/dev/null || true; }

lab_last_words() {
  local file
  for file in "$lab/console" "$lab/share/dockerd.log"; do
    [ -s "$file" ] || continue
    printf -- '---- the last lines of %s\n' "${file##*/}" >&2
    tail -n 15 "$file" >&2
  done
}

lab_timings() {
  printf 'seconds since boot:\n'
  awk -v start="$lab_started" '{ at = $1; $1 = ""; printf "  %6.1f %s\n", at - start, $0 }' \
    "$lab/share/progress"
}

lab_interrupt() {
  trap - EXIT INT TERM HUP
  [ -z "$lab_pid" ] || lab_kill
  lab_remove
  case $1 in INT) exit 130 ;; TERM) exit 143 ;; *) exit 129 ;; esac
}

lab_remove() {
  if [ -n "$lab_pid" ]; then
    lab_kill
    wait "$lab_pid" 2>/dev/null || true
  fi
  [ -z "$lab" ] || rm -rf "$lab"
}
