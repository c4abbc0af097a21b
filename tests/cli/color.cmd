# exit 0: colour on request only, never into a file
mkdir R
minipkg info --root R hello 2> plain
minipkg info --root R hello --color always 2> coloured
grep -c "$(printf '\033')" plain
grep -c "$(printf '\033')" coloured
