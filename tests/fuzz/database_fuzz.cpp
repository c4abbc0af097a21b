// SPDX-License-Identifier: MIT
// packages.db and state.db as somebody else may have made them: asked everything that a query asks. The first byte says
// which; the rest are patches of a good one ("p", "s": offset in two bytes, length in one, bytes), or SQL that was
// executed on it ("P", "S").
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>

#include "fuzz/policy.hpp"
#include "lib/store/packages.hpp"
#include "lib/store/state.hpp"
#include "minipkg/json.hpp"
#include "support/temp_dir.hpp"

using namespace minipkg;
using namespace minipkg::store;

namespace {

OpenDatabase at(const std::string& path, Mode mode) { return {path, mode, Durability::none, {}}; }

/// As little as has one of everything: what an input costs is reading the rows that nobody changed.
Manifest a_package(const std::string& name) {
  Manifest manifest;
  manifest.name = name;
  manifest.version = "1";
  manifest.arch = "any";
  for (const FileType type : {FileType::regular, FileType::directory, FileType::symlink, FileType::character}) {
    FileEntry& file = manifest.files.emplace_back();
    file.path = fmt::format("/usr/{}/{:02}", name, static_cast<int>(type));
    file.type = type;
    file.extra = type == FileType::directory ? R"({"note":1})" : "";
    file.target = type == FileType::symlink ? "01" : "";
    if (type == FileType::regular) file.size = 5, file.xattrs = {{"user.note", "text"}};
    if (type == FileType::character) file.dev_major = 1, file.dev_minor = 3;
  }
  return manifest;
}

void fill_packages(const std::string& path) {
  Packages packages(at(path, Mode::write));
  Packages::Writing writing(packages);
  for (const char* name : {"a", "b"}) writing.put(a_package(name), Digest{1});
  writing.commit("0123456789abcdef");
}

void fill_state(const std::string& path) {
  State state(at(path, Mode::write));
  state.set_live(true);
  Journal journal;
  journal.places = {{"/", 17}};
  JournalStep step;
  step.path = "/usr/a/1";
  step.before = {0750, 1, 2, std::nullopt, {{"user.x", "y"}}, {"user.z"}};
  step.kind = StepKind::set_attributes;
  journal.steps = {step, step};
  journal.touched = {{"/usr", 99}};
  RetiredInode inode;
  inode.path = "/usr/a/1";
  inode.place = "/";
  PackageBefore before{"a", Digest{1}, Digest{2}, "{}", 12, {a_package("a").files[0]}, {"/new"}};
  PackageChange change;
  change.name = "a";
  for (int n = 0; n < 2; ++n) {
    journal.id = fmt::format("{:016x}", n);
    journal.number = state.begin({journal.id, 1000, 0, {"minipkg", "install"}, {change}}, journal.places);
    state.write_journal(journal, {inode}, {before});
    if (n < 1) state.close_done(journal, 2000, State::Keep::old_inodes);
  }
  state.record({{"/usr/a/1", {1, 2, 3, 4, 5}}}, {});
}

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string patched(std::string database, std::string_view patches) {
  while (patches.size() >= 3) {
    const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(patches[i])); };
    const std::size_t offset = (byte(0) * 256 + byte(1)) % database.size();
    const std::size_t length = std::min({byte(2) % 32, patches.size() - 3, database.size() - offset});
    database.replace(offset, length, patches.substr(3, length));
    patches.remove_prefix(3 + length);
  }
  return database;
}

/// Nothing that leaves the database, and nothing that lasts.
int authorize(void*, int action, const char*, const char* name, const char*, const char*) {
  const bool is_function = action == SQLITE_FUNCTION && name != nullptr;
  const bool is_big = is_function && (std::strcmp(name, "zeroblob") == 0 || std::strcmp(name, "randomblob") == 0);
  const bool leaves = action == SQLITE_ATTACH || (is_function && std::strcmp(name, "load_extension") == 0);
  return is_big || leaves ? SQLITE_DENY : SQLITE_OK;
}

std::string after_sql(const std::string& database, std::string_view sql) {
  sqlite3* raw = nullptr;
  fuzz::require(sqlite3_open(":memory:", &raw) == SQLITE_OK, "memory");
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> connection(raw, sqlite3_close);
  auto* bytes = static_cast<unsigned char*>(sqlite3_malloc64(database.size()));
  std::memcpy(bytes, database.data(), database.size());
  const auto size = static_cast<sqlite3_int64>(database.size());
  sqlite3_deserialize(raw, "main", bytes, size, size, SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
  sqlite3_set_authorizer(raw, authorize, nullptr);
  sqlite3_limit(raw, SQLITE_LIMIT_LENGTH, 1 << 20);
  sqlite3_progress_handler(
      raw, 5'000, [](void*) { return 1; }, nullptr);
  sqlite3_exec(raw, "PRAGMA writable_schema = ON", nullptr, nullptr, nullptr);
  sqlite3_exec(raw, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  sqlite3_int64 changed_size = 0;
  const std::unique_ptr<unsigned char, void (*)(void*)> changed(sqlite3_serialize(raw, "main", &changed_size, 0),
                                                                sqlite3_free);
  return changed ? std::string(reinterpret_cast<char*>(changed.get()), static_cast<std::size_t>(changed_size)) : "";
}

void check_files(const std::vector<FileEntry>& files) {
  for (const FileEntry& file : files) {
    fuzz::require(file.type <= FileType::socket, "a file has a type");
    fuzz::require(file.path.starts_with('/') && file.path.find("/../") == std::string::npos, "and a path");
  }
}

void ask_packages(const std::string& path) {
  Packages packages(at(path, Mode::read));
  const std::vector<InstalledPackage> all = packages.all();
  to_json(all);
  for (const InstalledPackage& package : all) {
    if (const auto manifest = packages.manifest(package.name)) {
      check_files(manifest->files);
      files_json(*manifest);
      info_json(*manifest);
    }
  }
  packages.find("a");
  for (const OwnerFact& owner : packages.owners("/usr/a/01")) check_files({owner.entry});
  packages.owners_below("/usr");
  packages.matching("/usr*", "*");
  packages.manifests_with("restart");
  packages.transaction();
}

void ask_state(const std::string& path) {
  State state(at(path, Mode::read));
  state.live();
  if (const auto journal = state.open_journal()) {
    for (const JournalStep& step : journal->steps) {
      fuzz::require(step.place < journal->places.size(), "a step has a place");
    }
    fuzz::require(journal->id.find('/') == std::string::npos, "an id is a name");
  }
  to_json(state.history());
  if (const auto entry = state.history(1)) to_json(*entry);
  state.recorded("/usr/a/1");
  state.retired();
  state.versions_before_boot("");
  for (const Journal& journal : state.kept()) {
    state.journal(journal.number);
    for (const PackageBefore& before : state.packages_before(journal.number)) check_files(before.were);
    state.retired_contents(journal.number);
  }
  state.pruning();
}

/// In memory where there is such a place: no test of a disk.
std::string in_memory() {
  constexpr const char* memory = "/dev/shm";
  if (::access(memory, W_OK) == 0) ::setenv("TMPDIR", memory, 0);
  static const test::TempDir directory;
  return directory.path();
}

/// A way that every question goes on its own, so that the refusal of one does not hide another.
template <typename Ask>
void ask(Ask question, const std::string& path) {
  try {
    question(path);
  } catch (const Error& error) {
    fuzz::require_good_refusal(error, ErrorKind::cannot_answer);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string directory = in_memory(), path = directory + "/x.db";
  static const std::string packages = (fill_packages(directory + "/p.db"), content(directory + "/p.db"));
  static const std::string state = (fill_state(directory + "/s.db"), content(directory + "/s.db"));
  if (size == 0 || std::string_view("pPsS").find(static_cast<char>(data[0])) == std::string_view::npos) return -1;
  const bool of_packages = data[0] == 'p' || data[0] == 'P';
  const bool sql = data[0] == 'P' || data[0] == 'S';
  const std::string_view rest = fuzz::as_text(data + 1, size - 1);
  const std::string& seed = of_packages ? packages : state;
  std::ofstream(path, std::ios::binary) << (sql ? after_sql(seed, rest) : patched(seed, rest));
  ask(of_packages ? ask_packages : ask_state, path);
  return 0;
}
