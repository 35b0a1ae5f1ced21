# What up, down, exec and clock share: the lab's names, and how a lab is taken down.
# shellcheck shell=bash
#
# A lab is one home: namespaces kg-<id>-gate, -kid …, files in /run/kindgate-lab/<id>, resolver files in /etc/netns.
# <id> is a hash of the checkout's path and of $KINDGATE_LAB, so checkouts (and the tests' labs) stand side by side.
set -euo pipefail

lab_dir=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
checkout=$(cd -- "$lab_dir/../.." && pwd -P)
instance=${KINDGATE_LAB:-}
id=$(printf '%s\n%s' "$checkout" "$instance" | sha256sum | cut -c1-6)
all_labs=/run/kindgate-lab
run=$all_labs/$id
hosts=(gate kid pupil parent guest net)
command_name=${0##*/}

say() { printf '%s\n' "$*"; }
fail() { printf '%s: %s\n' "$command_name" "$*" >&2; exit 2; }
netns() { printf 'kg-%s-%s' "$id" "$1"; }

# The comment at the top of a script is its help.
help() { sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$0"; }

need_root() {
  [ "$(id -u)" -eq 0 ] || fail "network namespaces need root: run it with sudo"
}

# All namespaces of this lab, also those that a test added.
namespaces() { ip netns list 2>/dev/null | awk -v prefix="kg-$id-" 'index($1, prefix) == 1 {print $1}'; }

# A process that left its pid and start time in FILE and still lives (a pid alone may be somebody else's by now).
alive() {
  local pid started
  { read -r pid started <"$1"; } 2>/dev/null || return 1
  [ -n "$pid" ] && [ "$(started_at "$pid")" = "$started" ]
}
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20 || true; }

need_lab() {
  [ -e "$run/ready" ] || fail "the lab is not up: run $lab_dir/up"
}

# One at a time builds a lab up or takes it down. The lock is the folder itself, so nothing is left to clean.
lock() {
  exec 9<"$lab_dir"
  flock 9
}
unlock() { exec 9<&-; }

processes() {
  local name
  for name in $(namespaces); do ip netns pids "$name" 2>/dev/null || true; done
}

# First asked, after two seconds forced.
end_processes() {
  local tries pids
  mapfile -t pids < <(processes)
  [ ${#pids[@]} -eq 0 ] && return
  kill "${pids[@]}" 2>/dev/null || true
  for ((tries = 0; tries < 40; tries++)); do
    mapfile -t pids < <(processes)
    [ ${#pids[@]} -eq 0 ] && return
    sleep 0.05
  done
  kill -9 "${pids[@]}" 2>/dev/null || true
}

# Takes away whatever there is of this lab, half built or whole. Never fails, may be repeated.
take_down() {
  local name
  end_processes
  for name in $(namespaces); do
    ip netns del "$name" 2>/dev/null || true
    rm -rf "/etc/netns/$name"
  done
  rm -rf /etc/netns/kg-"$id"-*
  rmdir /etc/netns 2>/dev/null || true
  awk -v run="$run/" 'index($2, run) == 1 {print $2}' /proc/mounts | sort -r | while read -r name; do
    umount -l "$name" || true
  done
  rm -rf "$run"
  last_one_out
}

# `ip netns add` mounts /run/netns when it is first used on a machine: if that was a lab's doing, the last lab undoes it.
last_one_out() {
  local left
  left=$(ls -A "$all_labs" 2>/dev/null) || return 0
  [ -z "$left" ] || [ "$left" = made-netns ] || return 0
  if [ -n "$left" ] && [ -z "$(ls -A /run/netns 2>/dev/null)" ]; then
    umount /run/netns 2>/dev/null || true
    rmdir /run/netns 2>/dev/null || true
  fi
  rm -f "$all_labs/made-netns"
  rmdir "$all_labs" 2>/dev/null || true
}
