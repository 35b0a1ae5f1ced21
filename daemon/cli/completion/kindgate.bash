# bash completion for kindgate(1). Needs nothing but bash. tests/cli holds it against the command's own --help, and types
# in a real bash.

# kindgate_words: what was typed up to the cursor, one element a word. Bash's own COMP_WORDS are broken at every ':' and '='
# (COMP_WORDBREAKS), which hardware addresses and --policy=FILE don't survive.
_kindgate_split() {
    local rest=${COMP_LINE:0:COMP_POINT} piece gap i
    kindgate_words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        gap=${rest%%[![:space:]]*}
        rest=${rest#"$gap"}
        piece=${COMP_WORDS[i]}
        if [[ $i -eq $COMP_CWORD ]]; then piece=$rest; fi
        rest=${rest#"$piece"}
        if [[ $i -eq 0 || -n $gap ]]; then
            kindgate_words+=("$piece")
        else
            kindgate_words[-1]+=$piece
        fi
    done
}

# What the running gate says; nothing where none answers.
_kindgate_ask() { kindgate "$@" --json "${kindgate_socket[@]}" 2>/dev/null; }

# Of the running gate, or of the policy file that was named.
_kindgate_ids() {
    if [[ -r $kindgate_policy ]]; then
        sed -n 's/^[^#]*\bid: *"\([^"]*\)".*/\1/p' -- "$kindgate_policy" 2>/dev/null
    else
        _kindgate_ask status | grep -o '"id":"[^"]*"' | cut -d'"' -f4 | sort -u
    fi
}

_kindgate_override_numbers() { _kindgate_ask overrides | grep -oE '"id":"?[0-9]+' | grep -oE '[0-9]+'; }

# Hardware addresses of devices that neither the policy file nor a person has placed.
_kindgate_unplaced() {
    _kindgate_ask devices | grep -oE '"macs":\[[^]]*\],"profile":"[^"]*","placed_by":"(newcomer|network)"' |
        grep -oE '([0-9a-f]{2}:){5}[0-9a-f]{2}'
}

_kindgate_options() {
    local daemon="--help --json --socket"
    case "$1" in
        "policy check" | "policy test") echo "--help --json --data" ;;
        "policy get") echo "$daemon --revision" ;;
        "policy put") echo "$daemon --if-match" ;;
        place) echo "$daemon --name" ;;
        explain) echo "$daemon --policy --device --profile --at --domain --data" ;;
        timeline) echo "$daemon --policy --device --profile --from --to" ;;
        "age check-token") echo "--help --json --challenge --token-key --token --policy" ;;
        "age check-mdoc") echo "--help --json --policy --response --transcript --at --min-age" ;;
        "age trust") echo "$daemon --policy" ;;
        "age demo") echo "--help" ;;
        "report preview") echo "$daemon --bytes" ;;
        "report figures") echo "$daemon --from --to" ;;
        "report summary") echo "$daemon --from --to --out --csv" ;;
        "report send") echo "$daemon --now" ;;
        "report simulate") echo "--help --json --households --truth --epsilon --full --seed" ;;
        "list read") echo "--help --json --format" ;;
        "pack build") echo "--help --json --out --name --created --expires --sign --format" ;;
        "pack info" | "pack lookup") echo "--help --json --key" ;;
        "pack update") echo "--help --json --sources --into --out --sign --only --largest --patience --ca" ;;
        "" ) echo "--help --version" ;;
        policy | age | report | list | pack) echo "--help" ;;
        *) echo "$daemon" ;;
    esac
}

# The words that may stand at `position` behind the subcommand, options not counted.
_kindgate_words() {
    local subcommand=$1 position=$2
    case "$subcommand:$position" in
        :*) echo "status devices place pause off allow learning resume overrides leases events release explain timeline policy age report list pack" ;;
        policy:0) echo "check test get revisions put validate" ;;
        age:0) echo "check-token check-mdoc trust close demo" ;;
        report:0) echo "preview status on off figures summary send simulate" ;;
        list:0) echo "read" ;;
        pack:0) echo "build info lookup update" ;;
        overrides:0) echo "cancel" ;;
        "overrides cancel:0") _kindgate_override_numbers ;;
        pause:0 | off:0 | allow:0 | learning:0 | resume:0 | "age close:0") echo "all $(_kindgate_ids)" ;;
        pause:1 | off:1 | allow:1 | learning:1) echo "for until" ;;
        place:0) _kindgate_unplaced ;;
        place:1) _kindgate_ids ;;
    esac
}

_kindgate_files() {
    mapfile -t COMPREPLY < <(compgen -f -- "$1")
    compopt -o filenames 2>/dev/null
}

# What may follow an option; status 1 where it takes nothing.
_kindgate_value() {
    case "$1" in
        --policy | --response | --data | --socket | --out | --sign | --key | --sources | --into | --ca | --truth) _kindgate_files "$2" ;;
        --format) mapfile -t COMPREPLY < <(compgen -W "auto plain wildcard hosts dnsmasq adblock rpz" -- "$2") ;;
        --profile | --device) mapfile -t COMPREPLY < <(compgen -W "$(_kindgate_ids)" -- "$2") ;;
        --challenge | --token-key | --token | --transcript | --min-age | --name | --only | --largest | --patience | --created | --expires | --at | --domain | --from | --to | --if-match | --revision | --households | --epsilon | --seed) ;;
        *) return 1 ;;
    esac
}

# Readline replaces only what stands behind the last break of the current word: the rest must not be said again.
_kindgate_reply() {
    local current=$1 break before start=""
    for break in : =; do
        before=${current%"${current##*"$break"}"}
        if [[ $COMP_WORDBREAKS == *"$break"* && ${#before} -gt ${#start} ]]; then start=$before; fi
    done
    COMPREPLY=("${COMPREPLY[@]#"$start"}")
}

_kindgate() {
    local kindgate_words kindgate_socket=() kindgate_policy="" subcommand="" position=0 i word
    _kindgate_split
    local last=$((${#kindgate_words[@]} - 1))
    local current=${kindgate_words[last]} previous=${kindgate_words[last - 1]}
    for ((i = 1; i < last; i++)); do
        word=${kindgate_words[i]}
        case "$word" in
            --socket=*) kindgate_socket=("$word") ;;
            --socket) i=$((i + 1)); kindgate_socket=(--socket "${kindgate_words[i]}") ;;
            --policy=*) kindgate_policy=${word#*=} ;;
            --policy) i=$((i + 1)); kindgate_policy=${kindgate_words[i]} ;;
            --challenge | --token-key | --token | --response | --transcript | --min-age | --if-match | --revision | --name | --data | --device | --profile | --at | --domain | --from | --to | --format | --out | --created | --expires | --sign | --key | --sources | --into | --only | --largest | --patience | --ca | --households | --truth | --epsilon | --seed) i=$((i + 1)) ;;
            -*) ;;
            *)
                if [ -z "$subcommand" ]; then
                    subcommand=$word
                elif [[ $subcommand =~ ^(policy|age|report|list|pack)$ ]] || [ "$subcommand:$word" = overrides:cancel ]; then
                    subcommand+=" $word"
                else
                    position=$((position + 1))
                fi
                ;;
        esac
    done
    COMPREPLY=()
    if [[ $subcommand == "pack build" && $current == [!-]*=* ]]; then
        _kindgate_files "${current#*=}"
        COMPREPLY=("${COMPREPLY[@]/#/"${current%%=*}="}")
    elif [[ $current == --*=* ]]; then
        if _kindgate_value "${current%%=*}" "${current#*=}"; then COMPREPLY=("${COMPREPLY[@]/#/"${current%%=*}="}"); fi
    elif ! _kindgate_value "$previous" "$current"; then
        local words=""
        if [[ $current == -* || -z $subcommand ]]; then words=$(_kindgate_options "$subcommand"); fi
        if [[ $current != -* ]]; then words+=" $(_kindgate_words "$subcommand" "$position")"; fi
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
        case "$subcommand:$current" in
            *:-*) ;;
            "policy check:"* | "policy test:"* | "policy put:"* | "policy validate:"* | "list read:"* | "pack info:"* | "pack lookup:"*) _kindgate_files "$current" ;;
        esac
    fi
    _kindgate_reply "$current"
}

complete -F _kindgate kindgate
