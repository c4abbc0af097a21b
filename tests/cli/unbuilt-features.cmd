# exit 0: flags of features that are not built yet are unknown, each exits 2
for option in --no-scripts --scripts=skip --no-deps --events-fd=3 --db=x --log=none --interactive --config-policy=keep; do
  minipkg install "$option" x.pkg.tar
  echo $?
done
