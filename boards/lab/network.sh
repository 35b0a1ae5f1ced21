# The lab's wires, addresses, names and servers; sourced by `up` after lib.sh.
# shellcheck shell=bash
#
#   kid pupil parent guest ── br-lan [gate] wan ── wan [net] lo: 203.0.113.x, 2001:db8:113::x
#   192.168.77.0/24, 2001:db8:77::/64     198.51.100.0/24, 2001:db8:ffff::/64
#
# All addresses but the home's own are from ranges reserved for documentation, all names under .example.

declare -A macs=([kid]=02:00:5e:10:00:01 [pupil]=02:00:5e:10:00:02 [parent]=02:00:5e:10:00:03)

# name and the last parts of its addresses
sites=("video.example 10 11" "learn.example 20" "games.example 30 31" "help.example 40" "news.example 50" "social.example 60")

# Of the age issuer, which is no web server of internet.py's.
issuer_addresses=(203.0.113.70 2001:db8:113::70)

# Of those who take and add up reports, which tests start: name and the last part of its addresses. ipv4.NAME and ipv6.NAME
# have the addresses of one family.
parties=("leader.example 80" "helper.example 81" "relay.example 82" "gateway.example 83")

# Starts a program on a host for the lab's lifetime: start HOST LOG CMD…
start() {
  local host=$1 log=$2
  shift 2
  setsid ip netns exec "$(netns "$host")" "$@" </dev/null >"$run/$log" 2>&1 9<&- &
}

# wait_until WHAT COMMAND…: at most five seconds.
wait_until() {
  local what=$1 tries
  shift
  for ((tries = 0; tries < 250; tries++)); do
    "$@" 2>/dev/null && return
    sleep 0.02
  done
  give_up "waited five seconds for $what"
}

# The logs go with the lab, so what they say is shown first.
give_up() {
  tail -n 20 "$run"/*.log >&2 || true
  fail "$*"
}

make_namespaces() {
  local host
  mkdir -p "$run"
  printf '%s\n' "$checkout" "$instance" >"$run/about"
  [ -e /run/netns ] || : >"$all_labs/made-netns"
  for host in "${hosts[@]}"; do
    ip netns add "$(netns "$host")"
    mkdir -p "/etc/netns/$(netns "$host")"
    : >"/etc/netns/$(netns "$host")/resolv.conf"
    ip netns exec "$(netns "$host")" sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0 \
      net.ipv6.conf.default.router_solicitation_delay=0
    ip -n "$(netns "$host")" link set lo up
  done
}

start_internet() {
  local net addresses=() site name last
  net=$(netns net)
  ip -n "$net" link add wan type veth peer name wan netns "$(netns gate)"
  ip -n "$net" -batch - <<END
link set wan up
addr add 198.51.100.1/24 dev wan
addr add 2001:db8:ffff::1/64 dev wan
route add 2001:db8:76::/46 via 2001:db8:ffff::2
END
  for site in "${sites[@]}"; do
    read -r name last <<<"$site"
    for last in $last; do
      ip -n "$net" addr add "203.0.113.$last/32" dev lo
      ip -n "$net" addr add "2001:db8:113::$last/128" dev lo
      addresses+=("203.0.113.$last" "2001:db8:113::$last")
      printf 'address=/%s/203.0.113.%s\naddress=/%s/2001:db8:113::%s\n' "$name" "$last" "$name" "$last"
    done
  done >"$run/names.conf"
  for last in "${issuer_addresses[@]}"; do
    ip -n "$net" addr add "$last" dev lo
    printf 'address=/issuer.example/%s\n' "$last" >>"$run/names.conf"
  done
  for site in "${parties[@]}"; do
    read -r name last <<<"$site"
    ip -n "$net" addr add "203.0.113.$last/32" dev lo
    ip -n "$net" addr add "2001:db8:113::$last/128" dev lo
    printf 'host-record=%s,203.0.113.%s,2001:db8:113::%s\n' "$name" "$last" "$last"
    printf 'host-record=ipv4.%s,203.0.113.%s\nhost-record=ipv6.%s,2001:db8:113::%s\n' "$name" "$last" "$name" "$last"
  done >>"$run/names.conf"
  make_certificates
  start net internet.log /usr/bin/python3 "$lab_dir/internet.py" "$run/net.crt" "$run/net.key" "${addresses[@]}"
  start net names.log dnsmasq --keep-in-foreground --conf-file="$run/names.conf" --pid-file="$run/names.pid" --user=root \
    --no-resolv --no-hosts --local=/example/ --interface=wan --bind-interfaces
  wait_until "the internet" grep -q ready "$run/internet.log"
  wait_until "the names of the internet" test -s "$run/names.pid"
}

# Who vouches for ages: issuer.example, and age16.issuer.example, age18.issuer.example. Its keys take a second to make, so
# they are made once for a build; who has used which code is forgotten with each lab.
start_issuer() {
  local kept=${programs%/bin}/lab-issuer arguments=() address
  [ -x "$programs/kindgate-age-demo" ] || return 0
  find "$kept" -maxdepth 0 -mtime +180 -exec rm -r {} + 2>/dev/null || true
  if [ ! -e "$kept/issuer.json" ]; then
    rm -rf "$kept"
    "$programs/kindgate-age-demo" issuer init --dir "$kept" --name issuer.example --ages 16,18 --codes 100 \
      >"$run/issuer-init.log" 2>&1 || give_up "the age issuer can't be made"
  fi
  cp -r "$kept" "$run/issuer"
  for address in "${issuer_addresses[@]}"; do arguments+=(--listen "$address"); done
  start net issuer.log "$programs/kindgate-age-demo" issuer serve --dir "$run/issuer" "${arguments[@]}"
  wait_until "the age issuer" grep -q ready "$run/issuer.log"
}

# certify NAME SUBJECT_ALT_NAMES: NAME.key and NAME.crt, by the lab's authority.
certify() {
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=lab"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -days 30 -out "$1.crt" -extfile <(printf 'subjectAltName=%s\n' "$2")
}

# The lab's own authority, trusted by what `exec` runs and by nothing else.
make_certificates() {
  local names='' site
  for site in "${sites[@]}"; do names+=,DNS:${site%% *},DNS:*.${site%% *}; done
  (
    cd "$run"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -days 30 \
      -subj "/CN=Kindgate lab $id" -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
    certify net "${names#,}"
    certify gate DNS:gate.example
    names=''
    for site in "${parties[@]}"; do names+=,DNS:${site%% *},DNS:*.${site%% *}; done
    certify parties "${names#,}"
  ) >"$run/certificates.log" 2>&1 || give_up "openssl failed"
}

start_gate() {
  local gate host
  gate=$(netns gate)
  ip netns exec "$gate" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  ip -n "$gate" -batch - <<'END'
link add br-lan address 02:00:5e:00:00:01 type bridge stp_state 0 mcast_snooping 0
addr add 192.168.77.1/24 dev br-lan
addr add 2001:db8:77::1/64 dev br-lan
link set br-lan up
link set wan up
addr add 198.51.100.2/24 dev wan
addr add 2001:db8:ffff::2/64 dev wan
route add default via 198.51.100.1
route add default via 2001:db8:ffff::1
END
  # The router's own firewall: kindgate has to live beside it.
  ip netns exec "$gate" nft -f - <<'END'
table inet lab {
  chain srcnat {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "wan" meta nfproto ipv4 masquerade
  }
}
END
  echo "nameserver 127.0.0.1" >"/etc/netns/$gate/resolv.conf"
  gate_resolver >"$run/resolver.conf"
  start gate resolver.log dnsmasq --keep-in-foreground --conf-file="$run/resolver.conf"
  wait_until "the gate's resolver" test -s "$run/resolver.pid"
}

gate_resolver() {
  local host last=11
  cat <<END
user=root
pid-file=$run/resolver.pid
no-resolv
no-hosts
server=198.51.100.1
interface=br-lan
interface=lan2
bind-dynamic
enable-ra
dhcp-range=192.168.77.100,192.168.77.199,12h
dhcp-range=::,constructor:br-lan,ra-only
dhcp-leasefile=$run/dhcp.leases
dhcp-authoritative
dhcp-rapid-commit
no-ping
host-record=gate.example,192.168.77.1,2001:db8:77::1
dhcp-option=114,https://gate.example:5443/captive-portal
END
  for host in kid pupil parent; do
    echo "dhcp-host=${macs[$host]},192.168.77.$((last++))"
  done
}

# Phones and laptops come home: each gets its addresses by DHCP and by router advertisement.
join_hosts() {
  local host mac jobs=()
  # A guest's phone has another address in each lab.
  macs[guest]=$(printf '02:00:5e:20:%02x:%02x' $((RANDOM % 256)) $((RANDOM % 256)))
  for host in kid pupil parent guest; do
    ip -n "$(netns "$host")" link add eth0 address "${macs[$host]}" type veth peer name "$host" netns "$(netns gate)"
    ip -n "$(netns gate)" link set "$host" master br-lan up
    ip -n "$(netns "$host")" link set eth0 up
    ask_address "$host" & jobs+=($!)
  done
  for host in "${jobs[@]}"; do wait "$host" || give_up "a host got no address by DHCP"; done
  for host in kid pupil parent guest; do wait_until "$host's IPv6 address" has_ipv6 "$host"; done
}

ask_address() {
  RESOLV_CONF=/etc/netns/$(netns "$1")/resolv.conf ip netns exec "$(netns "$1")" busybox udhcpc -i eth0 -f -q -n -t 10 -T 1 \
    -s "$lab_dir/udhcpc-script" -x hostname:"$1" >"$run/$1-dhcp.log" 2>&1 9<&-
}
has_ipv6() { ip -6 -n "$(netns "$1")" addr show dev eth0 scope global | grep -q 2001:db8:77:; }
