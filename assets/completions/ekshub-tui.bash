# bash completion for ekshub-tui: commands, stages, options, profiles as the program finds them.
_ekshub_tui() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' i
    local commands='profiles check plan apply destroy stop status list attach logs history pods
        token kubeconfig pypirc publish help'
    local options='--dir --profile --region --answers --rehearse --fault --plain --ascii
        --no-color --log -o --version --help'
    for ((i = 1; i < COMP_CWORD; i++)); do
        case " ${commands//$'\n'/ } " in *" ${COMP_WORDS[i]} "*) command=${COMP_WORDS[i]} && break ;; esac
    done
    case $command in
    plan) options+=' --exit-code' ;;
    apply | destroy) options+=' --auto-approve' ;;
    stop) options+=' --when-safe' ;;
    logs) options+=' -f' ;;
    pods) options+=' -A -n -w --kubeconfig --context' ;;
    token) options+=' --cluster-name --role-arn' ;;
    kubeconfig) options+=' --merge --aws-cli' ;;
    pypirc) options+=' --write --show-password' ;;
    esac
    case $before in
    --dir) mapfile -t COMPREPLY < <(compgen -d -- "$word") && return ;;
    --answers | --log | --kubeconfig) mapfile -t COMPREPLY < <(compgen -f -- "$word") && return ;;
    --profile)
        mapfile -t COMPREPLY < <(compgen -W "$(ekshub-tui profiles 2>/dev/null | cut -d' ' -f1)" -- "$word")
        return
        ;;
    --fault)
        mapfile -t COMPREPLY < <(compgen -W "list $(ekshub-tui --fault list 2>/dev/null | cut -d' ' -f1)" -- "$word")
        return
        ;;
    -o) mapfile -t COMPREPLY < <(compgen -W json -- "$word") && return ;;
    esac
    case $word in
    -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word") && return ;;
    esac
    case $command in
    '') mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word") ;;
    plan | apply | destroy | logs) mapfile -t COMPREPLY < <(compgen -W 'eks pypi mlhub domain' -- "$word") ;;
    help) mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word") ;;
    publish | pypirc) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    esac
}
complete -F _ekshub_tui ekshub-tui
