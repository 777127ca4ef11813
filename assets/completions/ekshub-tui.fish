# fish completion for ekshub-tui.
set -l commands profiles check plan apply destroy stop status list attach logs history pods token kubeconfig pypirc publish help
complete -c ekshub-tui -f
complete -c ekshub-tui -n "not __fish_seen_subcommand_from $commands" -a "$commands"
complete -c ekshub-tui -n "__fish_seen_subcommand_from plan apply destroy logs" -a "eks pypi mlhub domain"
complete -c ekshub-tui -n "__fish_seen_subcommand_from help" -a "$commands"
complete -c ekshub-tui -n "__fish_seen_subcommand_from publish pypirc" -F
complete -c ekshub-tui -l dir -r -a "(__fish_complete_directories)" -d "deployment directory"
complete -c ekshub-tui -l profile -r -a "(ekshub-tui profiles 2>/dev/null | cut -d' ' -f1)" -d "AWS profile"
complete -c ekshub-tui -l region -r -d "AWS region"
complete -c ekshub-tui -l answers -r -F -d "answers instead of the forms"
complete -c ekshub-tui -l rehearse -d "no account, no network, no cost"
complete -c ekshub-tui -l fault -r -a "list (ekshub-tui --fault list 2>/dev/null | cut -d' ' -f1)" -d "plants a fault in a rehearsal"
complete -c ekshub-tui -l plain -d "one question a line"
complete -c ekshub-tui -l ascii -d "no Unicode"
complete -c ekshub-tui -l no-color -d "no colours"
complete -c ekshub-tui -l log -r -F -d "a debug log"
complete -c ekshub-tui -s o -r -a json -d "format"
complete -c ekshub-tui -l version
complete -c ekshub-tui -s h -l help
complete -c ekshub-tui -n "__fish_seen_subcommand_from plan" -l exit-code
complete -c ekshub-tui -n "__fish_seen_subcommand_from apply destroy" -l auto-approve
complete -c ekshub-tui -n "__fish_seen_subcommand_from stop" -l when-safe
complete -c ekshub-tui -n "__fish_seen_subcommand_from logs" -s f
complete -c ekshub-tui -n "__fish_seen_subcommand_from pods" -s A -d "all namespaces"
complete -c ekshub-tui -n "__fish_seen_subcommand_from pods" -s n -r -d namespace
complete -c ekshub-tui -n "__fish_seen_subcommand_from pods" -s w -d "go on"
complete -c ekshub-tui -n "__fish_seen_subcommand_from pods" -l kubeconfig -r -F
complete -c ekshub-tui -n "__fish_seen_subcommand_from pods" -l context -r
complete -c ekshub-tui -n "__fish_seen_subcommand_from token" -l cluster-name -r
complete -c ekshub-tui -n "__fish_seen_subcommand_from token" -l role-arn -r
complete -c ekshub-tui -n "__fish_seen_subcommand_from kubeconfig" -l merge
complete -c ekshub-tui -n "__fish_seen_subcommand_from kubeconfig" -l aws-cli
complete -c ekshub-tui -n "__fish_seen_subcommand_from pypirc" -l write
complete -c ekshub-tui -n "__fish_seen_subcommand_from pypirc" -l show-password
