// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "lib/store/codec.hpp"
#include "lib/store/packages.hpp"
#include "lib/store/schema.hpp"
#include "lib/store/state.hpp"
#include "minipkg/error.hpp"
#include "support/temp_dir.hpp"

namespace minipkg::store {
namespace {

using test::TempDir;

OpenDatabase at(const TempDir& dir, const std::string& name, Mode mode = Mode::write) {
  return {dir / name, mode, Durability::none, std::chrono::milliseconds(0)};
}

Manifest package(const std::string& name, const std::string& version) {
  Manifest manifest;
  manifest.name = name;
  manifest.version = version;
  manifest.arch = "x86_64";
  FileEntry directory;
  directory.path = "/usr";
  directory.type = FileType::directory;
  directory.mode = 0755;
  FileEntry file;
  file.path = "/usr/" + name;
  file.mode = 04755;
  file.owner = {"someone", "games", 1000, 60};
  file.size = 5;
  file.mtime = 1700000000;
  file.digest.fill(7);
  file.xattrs = {{"user.note", std::string("a\0b", 3)}};
  file.extra = R"({"role":"config"})";
  FileEntry link;
  link.path = "/usr/" + name + "-link";
  link.type = FileType::symlink;
  link.mode = 0777;
  link.target = name;
  manifest.files = {directory, file, link};
  manifest.installed_size = 5;
  return manifest;
}

void put(Packages& packages, const std::vector<Manifest>& manifests, const std::string& id) {
  Packages::Writing writing(packages);
  for (const Manifest& manifest : manifests) writing.put(manifest, manifest_digest(manifest));
  writing.commit(id);
}

std::string bytes(const std::filesystem::path& path) {
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  return content.str();
}

TEST(PackagesStore, GivesBackWhatWasPut) {
  const TempDir dir;
  Packages packages(at(dir, "p.db"));
  const Manifest one = package("one", "1");
  put(packages, {one, package("two", "2")}, "id1");
  EXPECT_EQ(packages.manifest("one"), one);
  EXPECT_EQ(packages.all().size(), 2U);
  EXPECT_EQ(packages.transaction(), "id1");
  ASSERT_EQ(packages.owners("/usr").size(), 2U);
  EXPECT_EQ(packages.owners("/usr")[1].package, "two");
  EXPECT_EQ(packages.owners("/usr/one")[0].entry, one.files[1]);
  EXPECT_TRUE(packages.owners("/usr/none").empty());
}

TEST(PackagesStore, ANewVersionTakesThePlaceOfTheOld) {
  const TempDir dir;
  Packages packages(at(dir, "p.db"));
  put(packages, {package("one", "1")}, "id1");
  put(packages, {package("one", "2")}, "id2");
  EXPECT_EQ(packages.find("one")->version, "2");
  EXPECT_EQ(packages.files("one").size(), 3U);
}

TEST(PackagesStore, NothingHappensWithoutCommit) {
  const TempDir dir;
  Packages packages(at(dir, "p.db"));
  {
    Packages::Writing writing(packages);
    writing.put(package("one", "1"), {});
  }
  EXPECT_TRUE(packages.is_new());
  EXPECT_TRUE(packages.all().empty());
  EXPECT_EQ(packages.transaction(), "");
}

TEST(PackagesStore, ParkedIsTheSameWhateverTheHistory) {
  const TempDir dir;
  Packages left(at(dir, "left.db"));
  put(left, {package("one", "1"), package("two", "2")}, "abc");
  left.park();
  Packages right(at(dir, "right.db"));
  put(right, {package("two", "1")}, "1");
  put(right, {package("gone", "1")}, "2");
  put(right, {package("two", "2")}, "3");
  put(right, {package("one", "1")}, "4");
  {
    Packages::Writing writing(right);
    writing.erase("gone");
    writing.commit("5");
  }
  right.park();
  EXPECT_EQ(bytes(dir / "left.db"), bytes(dir / "right.db"));
  Packages again(at(dir, "right.db", Mode::read));
  EXPECT_EQ(again.all().size(), 2U);
  EXPECT_EQ(again.manifest("one"), package("one", "1"));
}

TEST(PackagesStore, ANewerSchemaIsRefusedByNumber) {
  const TempDir dir;
  {
    Packages packages(at(dir, "p.db"));
    put(packages, {package("one", "1")}, "id");
    packages.database()->exec("PRAGMA user_version = 99");
  }
  try {
    Packages packages(at(dir, "p.db", Mode::read));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::cannot_answer);
    EXPECT_NE(std::string(error.what()).find("99"), std::string::npos);
  }
}

TEST(PackagesStore, AnotherProgramsDatabaseIsRefused) {
  const TempDir dir;
  {
    SQLite::Database(dir / "p.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
        .exec("CREATE TABLE t(x); PRAGMA user_version=1");
  }
  EXPECT_THROW(Packages(at(dir, "p.db", Mode::read)), Error);
  dir.write("garbage.db", std::string(5000, 'x'));
  EXPECT_THROW(Packages(at(dir, "garbage.db", Mode::read)), Error);
}

TEST(PackagesStore, AReaderThatNeverLetsGoStopsTheWriterBeforeAnyChange) {
  const TempDir dir;
  Packages packages(at(dir, "p.db"));
  put(packages, {package("one", "1")}, "id");
  SQLite::Database reader(dir / "p.db", SQLite::OPEN_READONLY);
  reader.exec("BEGIN");
  SQLite::Statement rows(reader, "SELECT * FROM package");
  ASSERT_TRUE(rows.executeStep());
  try {
    Packages::Writing writing(packages);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::locked);
  }
}

RetiredInode a_retired_inode(const std::string& path) {
  RetiredInode inode;
  inode.path = path;
  inode.place = "/";
  return inode;
}

Journal a_journal() {
  Journal journal;
  journal.id = "0123456789abcdef";
  journal.places = {{"/", 17}, {"/boot", 18}};
  JournalStep replace;
  replace.kind = StepKind::replace_file;
  replace.place = 1;
  replace.path = "/boot/kernel";
  replace.staged_ino = ~std::uint64_t{0};
  replace.before_ino = 12;
  replace.old_digest = Digest{1, 2, 3};
  JournalStep attributes;
  attributes.kind = StepKind::set_attributes;
  attributes.path = "/etc";
  attributes.before = {0750, 1, 2, std::nullopt, {{"user.x", "y"}}, {"user.z"}};
  attributes.before_mtime = -5;
  JournalStep save;
  save.kind = StepKind::save_file;
  save.path = "/etc/conf";
  save.save_as = "/etc/conf.minipkg-save";
  journal.steps = {replace, attributes, save};
  journal.touched = {{"/boot", 99}, {"/etc", 100}};
  return journal;
}

TEST(StateStore, TheJournalComesBackWhole) {
  const TempDir dir;
  State state(at(dir, "s.db"));
  EXPECT_FALSE(state.open_journal());
  Journal journal = a_journal();
  journal.number = state.begin({journal.id, 1000, 0, {"minipkg", "install"}, {}}, journal.places);
  EXPECT_EQ(state.open_journal()->state, JournalState::staging);
  state.write_journal(journal, {}, {});
  const std::optional<Journal> read = state.open_journal();
  ASSERT_TRUE(read);
  EXPECT_EQ(read->state, JournalState::committing);
  EXPECT_EQ(read->places[1].top, "/boot");
  EXPECT_EQ(read->places[1].mtime, 18);
  ASSERT_EQ(read->steps.size(), 3U);
  EXPECT_EQ(read->steps[0].staged_ino, ~std::uint64_t{0});
  EXPECT_EQ(read->steps[0].place, 1U);
  EXPECT_EQ(read->steps[0].old_digest, journal.steps[0].old_digest);
  EXPECT_EQ(read->steps[1].before, journal.steps[1].before);
  EXPECT_EQ(read->steps[1].before_mtime, -5);
  EXPECT_EQ(read->steps[2].save_as, "/etc/conf.minipkg-save");
  EXPECT_EQ(read->touched[1].mtime, 100);
}

TEST(StateStore, OnlyOneTransactionIsOpen) {
  const TempDir dir;
  State state(at(dir, "s.db"));
  state.begin({"a", 0, 0, {}, {}}, {});
  EXPECT_THROW(state.begin({"b", 0, 0, {}, {}}, {}), Error);
}

TEST(StateStore, RetiredInodesCountWhenTheTransactionIsDone) {
  const TempDir dir;
  State state(at(dir, "s.db"));
  Journal journal = a_journal();
  journal.number = state.begin({journal.id, 1000, 0, {}, {}}, journal.places);
  RetiredInode inode = a_retired_inode("/usr/lib/libx.so");
  inode.identity = {5, 6, 7};
  inode.handle = {1, std::string("h\0h", 3)};
  inode.boot_id = "boot";
  state.write_journal(journal, {inode}, {});
  EXPECT_TRUE(state.retired().empty());
  state.close_done(journal, 2000, State::Keep::nothing);
  ASSERT_EQ(state.retired().size(), 1U);
  EXPECT_EQ(state.retired()[0].handle, inode.handle);
  EXPECT_EQ(state.retired()[0].identity, inode.identity);
  state.enter_boot("another boot");
  EXPECT_TRUE(state.retired().empty());
}

TEST(StateStore, TheWayBackIsKeptUntilItIsPruned) {
  const TempDir dir;
  State state(at(dir, "s.db"));
  Journal journal = a_journal();
  journal.number = state.begin({journal.id, 1000, 0, {}, {}, 7}, journal.places);
  PackageBefore before{"app", Digest{1}, Digest{2}, "{}", 12, {}, {"/new"}};
  FileEntry entry;
  entry.path = "/usr/bin/x";
  entry.mode = 04755;
  entry.owner = {"a", "b", 1, 2};
  entry.size = 9;
  entry.mtime = -3;
  entry.digest = Digest{4};
  entry.target = "t";
  entry.dev_major = 5;
  entry.xattrs = {{"user.x", std::string("y\0z", 3)}};
  entry.extra = "{\"q\":1}";
  before.were = {entry};
  state.write_journal(journal, {}, {before});
  journal.places[1].kept_bytes = 4096;
  state.close_done(journal, 2000, State::Keep::old_inodes);

  ASSERT_EQ(state.kept().size(), 1U);
  EXPECT_EQ(state.kept()[0].places[1].kept_bytes, 4096U);
  EXPECT_EQ(state.history(journal.number)->kept_bytes, 4096U);
  EXPECT_EQ(state.journal(journal.number).restores, 7U);
  EXPECT_EQ(state.journal(journal.number).steps.size(), 3U);
  const std::vector<PackageBefore> read = state.packages_before(journal.number);
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].were, before.were);
  EXPECT_EQ(read[0].were_not, before.were_not);
  EXPECT_EQ(read[0].before, before.before);
  EXPECT_EQ(read[0].after, before.after);

  state.begin_prune(journal.number);
  EXPECT_TRUE(state.kept().empty());
  EXPECT_EQ(state.pruning(), std::vector<std::uint64_t>{journal.number});
  state.end_prune(journal.number);
  EXPECT_TRUE(state.pruning().empty());
  EXPECT_TRUE(state.packages_before(journal.number).empty());
  EXPECT_FALSE(state.history(journal.number)->kept);
}

TEST(StateStore, AnInodeThatHasANameAgainIsNotRetired) {
  const TempDir dir;
  State state(at(dir, "s.db"));
  Journal journal = a_journal();
  journal.number = state.begin({journal.id, 1000, 0, {}, {}}, journal.places);
  RetiredInode inode = a_retired_inode("/usr/lib/libx.so");
  inode.identity = {5, 6, 7};
  state.write_journal(journal, {inode}, {});
  state.close_done(journal, 2000, State::Keep::old_inodes);
  state.forget_returned({{5, 6, 8}});
  EXPECT_EQ(state.retired().size(), 1U);
  state.forget_returned({{5, 6, 7}});
  EXPECT_TRUE(state.retired().empty());
}

TEST(StateStore, OfAScriptThatHasANameAgainItStaysOnRecordUntilWhenItHadNone) {
  const TempDir dir;
  State state(at(dir, "s.db"));
  Journal journal = a_journal();
  journal.number = state.begin({journal.id, 1000, 0, {}, {}}, journal.places);
  RetiredInode inode = a_retired_inode("/usr/bin/x");
  inode.identity = {5, 6, 7};
  inode.language = Language::python;
  journal.renamed = 40;
  state.write_journal(journal, {inode}, {});
  journal.renamed = 50;
  state.close_done(journal, 2000, State::Keep::old_inodes);
  EXPECT_FALSE(state.retired().at(0).returned);
  state.forget_returned({{5, 6, 7}});
  const std::vector<RetiredInode> retired = state.retired();
  ASSERT_EQ(retired.size(), 1U);
  EXPECT_TRUE(retired[0].returned);
  EXPECT_EQ(retired[0].language, Language::python);
  EXPECT_EQ(retired[0].renamed, 50);
}

TEST(StateStore, OfASettledScriptOnlyThatNobodyHoldsItIsForgotten) {
  const TempDir dir;
  State state(at(dir, "s.db"));
  Journal journal = a_journal();
  journal.number = state.begin({journal.id, 1000, 0, {}, {}}, journal.places);
  RetiredInode library = a_retired_inode("/usr/lib/libx.so"), script = a_retired_inode("/usr/bin/x");
  script.language = Language::shell;
  state.write_journal(journal, {library, script}, {});
  state.close_done(journal, 2000, State::Keep::old_inodes);
  state.forget_retired(state.retired());
  const std::vector<RetiredInode> left = state.retired();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].path, "/usr/bin/x");
  EXPECT_TRUE(left[0].settled);
}

TEST(StateStore, ATransactionThatDiedIsDatedBeforeItsFirstChange) {
  const TempDir dir;
  State state(at(dir, "s.db"));
  Journal journal = a_journal();
  journal.number = state.begin({journal.id, 1000, 0, {}, {}}, journal.places);
  RetiredInode inode = a_retired_inode("/usr/bin/x");
  inode.language = Language::shell;
  journal.renamed = 40;
  state.write_journal(journal, {inode}, {});
  state.close_done(*state.open_journal(), 2000, State::Keep::old_inodes);
  EXPECT_EQ(state.retired().at(0).renamed, 40);
}

TEST(StateStore, AReaderSeesAnOlderSchemaAsTheNewest) {
  const char* const row =
      "INSERT INTO history (id, state, started, uid, command) VALUES ('x', 'done', 1, 0, x'');"
      "INSERT INTO retired VALUES (1, '/usr/bin/x', 5, 6, 7, 0, x'', '/', 'p', '1', zeroblob(32), 0, 'boot');";
  for (const std::size_t version : {1U, 2U}) {
    const TempDir dir;
    SQLite::Database old(dir / "s.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    for (std::size_t at = 0; at < version; ++at) old.exec(std::string(state_migrations[at]));
    old.exec(row);
    State state(at(dir, "s.db", Mode::read));
    const std::vector<RetiredInode> retired = state.retired();
    ASSERT_EQ(retired.size(), 1U) << version;
    EXPECT_EQ(retired[0].language, Language::none);
    EXPECT_EQ(retired[0].renamed, 0);
    EXPECT_EQ(state.history().size(), 1U);
    State migrated(at(dir, "s.db"));
    EXPECT_EQ(migrated.retired().size(), 1U) << version;
  }
}

TEST(StateStore, UndoneTransactionsStayInHistoryWithoutTheirSteps) {
  const TempDir dir;
  State state(at(dir, "s.db"));
  Journal journal = a_journal();
  PackageChange change;
  change.name = "one";
  change.action = Action::upgrade;
  journal.number = state.begin({journal.id, 1000, 42, {"minipkg", "install", "x y"}, {change}}, journal.places);
  state.write_journal(journal, {}, {});
  state.close_undone(journal.number, 2000);
  const std::vector<HistoryEntry> history = state.history();
  ASSERT_EQ(history.size(), 1U);
  EXPECT_EQ(history[0].outcome, "undone");
  EXPECT_EQ(history[0].uid, 42U);
  EXPECT_EQ(history[0].command, (std::vector<std::string>{"minipkg", "install", "x y"}));
  EXPECT_EQ(history[0].changes, std::vector<PackageChange>{change});
  EXPECT_TRUE(state.history(1)->files.empty());
  EXPECT_FALSE(state.history(2));
}

TEST(StateStore, RecordsWhatFilesAre) {
  const TempDir dir;
  State state(at(dir, "s.db"));
  state.record({{"/etc/x", {1, 2, 3, 4, 5}}}, {});
  EXPECT_EQ(state.recorded("/etc/x"), (RecordedStat{1, 2, 3, 4, 5}));
  state.record({}, {"/etc/x"});
  EXPECT_FALSE(state.recorded("/etc/x"));
}

TEST(Codec, RefusesWhatIsCutShort) {
  const Attributes attributes{0644, 1, 2, 3, {{"user.a", "b"}}, {"user.c"}};
  const std::string whole = encode(attributes);
  EXPECT_EQ(decode_attributes(whole), attributes);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (size == whole.size() - encode(attributes.set).size()) continue;  // complete, without xattrs
    EXPECT_THROW(decode_attributes(whole.substr(0, size)), Error) << size;
  }
}

}  // namespace
}  // namespace minipkg::store
