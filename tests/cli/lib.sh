# SPDX-License-Identifier: MIT
# Words for the tests of this folder. Each ends the test with status 99 if it fails.

# tree DIR PATH=CONTENT… PATH/ PATH->TARGET…: a directory to pack.
tree() {
  tree_dir=$1
  shift
  mkdir -p "$tree_dir" || exit 99
  for tree_item in "$@"; do
    case $tree_item in
      *'->'*) tree_path=${tree_item%%->*} ;;
      *) tree_path=${tree_item%%=*} ;;
    esac
    mkdir -p "$tree_dir/$(dirname "$tree_path")" || exit 99
    case $tree_item in
      *'->'*) ln -s "${tree_item#*->}" "$tree_dir/$tree_path" || exit 99 ;;
      */) mkdir -p "$tree_dir/$tree_path" || exit 99 ;;
      *) printf '%s\n' "${tree_item#*=}" > "$tree_dir/$tree_path" || exit 99 ;;
    esac
  done
}

# pack NAME VERSION PATH=CONTENT…: NAME-VERSION.pkg.tar of such a tree.
pack() {
  pack_name=$1 pack_version=$2
  shift 2
  tree "$pack_name-$pack_version" "$@"
  minipkg build "$pack_name-$pack_version" -o "$pack_name-$pack_version.pkg.tar" \
    --name "$pack_name" --version "$pack_version" --arch noarch --quiet || exit 99
}

# setup ARGUMENTS…: minipkg as a preparation, silent and not waiting for the disk.
setup() {
  minipkg --sync none --quiet "$@" || exit 99
}

# A live root "R" with nothing in it.
live_root() {
  mkdir R || exit 99
}

# test_keys: vendor.key and vendor.pub, other.key and other.pub, made by minisign -G -W for these tests only.
test_keys() {
  cat > vendor.key << 'KEY' || exit 99
untrusted comment: minisign encrypted secret key
RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADZmXDLZSEkiuFbOEGKkoXqsa7RHDRrFuqFwnFNWNRfTtpQFPr4GWG75lRvadEhqNZ3WOOqHiEnIvw0U2H7M9t40AofA6vgk+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
KEY
  cat > vendor.pub << 'KEY' || exit 99
untrusted comment: minisign public key 481252B60C97990D
RWQNmZcMtlISSL5lRvadEhqNZ3WOOqHiEnIvw0U2H7M9t40AofA6vgk+
KEY
  cat > other.key << 'KEY' || exit 99
untrusted comment: minisign encrypted secret key
RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAbEhldJfSR89uXSqzvnkC5/ZZ4piwCJINGcDNsOlXsNwHZCCyfJskaebfxcK+klkOGtIWlptn7kDAJ1YrSv2MTjplCIFU50SjAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
KEY
  cat > other.pub << 'KEY' || exit 99
untrusted comment: minisign public key CF47D2977465486C
RWRsSGV0l9JHz+bfxcK+klkOGtIWlptn7kDAJ1YrSv2MTjplCIFU50Sj
KEY
}

# signed NAME VERSION PATH=CONTENT…: packed, and signed by vendor.key.
signed() {
  pack "$@"
  minipkg sign "$1-$2.pkg.tar" -s vendor.key -t "$1 $2" --quiet || exit 99
}
