# bash completion for kindgate(1). Needs nothing but bash. tests/cli holds it against the command's own --help.

# Ids of profiles and devices, by the running gate; nothing where none answers.
_kindgate_ids() {
    kindgate status --json 2>/dev/null | grep -o '"id":"[^"]*"' | cut -d'"' -f4 | sort -u
}

_kindgate_options() {
    local daemon="--help --json --socket"
    case "$1" in
        "policy check" | "policy test") echo "--help --json" ;;
        "policy put") echo "$daemon --if-match" ;;
        place) echo "$daemon --name" ;;
        explain) echo "$daemon --policy --device --profile --at --domain" ;;
        timeline) echo "$daemon --policy --device --profile --from --to" ;;
        "list read") echo "--help --json --format" ;;
        "pack build") echo "--help --out --name --created --expires --sign --format" ;;
        "pack info" | "pack lookup") echo "--help --json --key" ;;
        "pack update") echo "--help --sources --into --only --ca" ;;
        "" ) echo "--help --version" ;;
        policy | list | pack) echo "--help" ;;
        *) echo "$daemon" ;;
    esac
}

# The words that may stand at `position` behind the subcommand, options not counted.
_kindgate_words() {
    local subcommand=$1 position=$2
    case "$subcommand:$position" in
        :*) echo "status devices place pause off allow learning resume overrides leases events release explain timeline policy list pack" ;;
        policy:0) echo "check test get put validate" ;;
        list:0) echo "read" ;;
        pack:0) echo "build info lookup update" ;;
        overrides:0) echo "cancel" ;;
        pause:0 | off:0 | allow:0 | learning:0 | resume:0) echo "all $(_kindgate_ids)" ;;
        pause:1 | off:1 | allow:1 | learning:1) echo "for until" ;;
        place:1) _kindgate_ids ;;
    esac
}

_kindgate() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} subcommand="" position=0 i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "${COMP_WORDS[i]}" in
            --socket | --if-match | --name | --policy | --device | --profile | --at | --domain | --from | --to | --format | --out | --created | --expires | --sign | --key | --sources | --into | --only | --ca) i=$((i + 1)) ;;
            -*) ;;
            *)
                if [ -z "$subcommand" ]; then
                    subcommand=${COMP_WORDS[i]}
                elif [[ $subcommand =~ ^(policy|list|pack)$ ]] || [ "$subcommand:${COMP_WORDS[i]}" = overrides:cancel ]; then
                    subcommand+=" ${COMP_WORDS[i]}"
                else
                    position=$((position + 1))
                fi
                ;;
        esac
    done
    COMPREPLY=()
    case "$previous" in
        --policy | --socket | --out | --sign | --key | --sources | --into | --ca) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --profile | --device) mapfile -t COMPREPLY < <(compgen -W "$(_kindgate_ids)" -- "$current"); return ;;
        --format) mapfile -t COMPREPLY < <(compgen -W "auto plain wildcard hosts dnsmasq adblock rpz" -- "$current"); return ;;
        --name | --only | --created | --expires | --at | --domain | --from | --to | --if-match) return ;;
    esac
    local words=""
    if [[ $current == -* || -z $subcommand ]]; then words=$(_kindgate_options "$subcommand"); fi
    if [[ $current != -* ]]; then words+=" $(_kindgate_words "$subcommand" "$position")"; fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    case "$subcommand" in
        "policy check" | "policy test" | "policy put" | "policy validate" | "list read" | "pack info" | "pack lookup")
            if [[ $current != -* ]]; then mapfile -t COMPREPLY < <(compgen -f -- "$current"); fi
            ;;
    esac
}

complete -o filenames -F _kindgate kindgate
