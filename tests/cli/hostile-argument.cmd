# exit 2: control characters of an argument never reach the terminal raw
minipkg "$(printf 'evil\033[31m\nname')"
echo $?
minipkg list --root . "$(printf 'a\033]0;title\007b')"
echo $?
minipkg list "$(printf -- '--\tfrob\033[2J')"
