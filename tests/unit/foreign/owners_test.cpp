// SPDX-License-Identifier: MIT
#include "lib/foreign/owners.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "lib/base/fd.hpp"
#include "support/temp_dir.hpp"

namespace minipkg::foreign {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class OwnersTest : public ::testing::Test {
 protected:
  OwnersTest() : root_(::open(directory_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {}

  std::filesystem::path at(const std::string& path) const { return directory_ / path; }
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(at(path).parent_path());
    std::ofstream(at(path), std::ios::binary) << text;
  }
  void write_dpkg() const {
    write("var/lib/dpkg/status", "Package: demo\nArchitecture: amd64\nVersion: 1-2\n\n");
    write("var/lib/dpkg/info/demo:amd64.list", "/usr/lib\n/lib/demo.so\n");
  }
  Owners ask(const Paths& paths) const { return owners_of(root_.get(), paths); }

  test::TempDir directory_;
  Fd root_;
};

TEST_F(OwnersTest, NoDatabase) {
  EXPECT_FALSE(has_database(root_.get()));
  EXPECT_THAT(ask({"/usr/lib"}), IsEmpty());
}

TEST_F(OwnersTest, Dpkg) {
  write_dpkg();
  EXPECT_TRUE(has_database(root_.get()));
  EXPECT_THAT(ask({"/lib/demo.so", "/other"}), ElementsAre(Pair("/lib/demo.so", Owner{"demo", "1-2"})));
}

TEST_F(OwnersTest, EitherSpellingWhereADirectoryIsALink) {
  write_dpkg();
  EXPECT_THAT(ask({"/usr/lib/demo.so"}), IsEmpty());
  std::filesystem::create_directories(at("usr/lib"));
  std::filesystem::create_directory_symlink("usr/lib", at("lib"));
  EXPECT_THAT(ask({"/usr/lib/demo.so"}), ElementsAre(Pair("/usr/lib/demo.so", Owner{"demo", "1-2"})));
}

TEST_F(OwnersTest, ImageWithoutLists) {
  write("var/lib/dpkg/status.d/demo", "Package: demo\nVersion: 3\n");
  write("var/lib/dpkg/status.d/demo.md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/lib/demo.so\n");
  EXPECT_TRUE(has_database(root_.get()));
  EXPECT_THAT(ask({"/usr/lib/demo.so"}), ElementsAre(Pair("/usr/lib/demo.so", Owner{"demo", "3"})));
}

TEST_F(OwnersTest, NothingIsReadThroughLinksOutOfItNorFromPipes) {
  write_dpkg();
  write("outside", "/lib/planted\n");
  std::filesystem::create_symlink(at("outside"), at("var/lib/dpkg/info/planted.list"));
  ASSERT_EQ(::mkfifo(at("var/lib/dpkg/info/pipe.list").c_str(), 0600), 0);
  EXPECT_THAT(ask({"/lib/planted", "/lib/demo.so"}), ElementsAre(Pair("/lib/demo.so", Owner{"demo", "1-2"})));
  // An absolute link is meant below the root, and there is nothing.
  std::filesystem::rename(at("var/lib/dpkg"), at("elsewhere"));
  std::filesystem::create_symlink(at("elsewhere"), at("var/lib/dpkg"));
  EXPECT_FALSE(has_database(root_.get()));
  std::filesystem::remove(at("var/lib/dpkg"));
  std::filesystem::create_symlink("/elsewhere", at("var/lib/dpkg"));
  EXPECT_TRUE(has_database(root_.get()));
}

std::string number(std::uint32_t value) {
  return {static_cast<char>(value >> 24U), static_cast<char>(value >> 16U), static_cast<char>(value >> 8U),
          static_cast<char>(value)};
}

/// A package "demo" 1-2 with one file, /usr/lib/demo.so, as rpm keeps it.
std::string header() {
  const std::string data = std::string(
                               "demo\0"
                               "1\0"
                               "2\0"
                               "demo.so\0"
                               "/usr/lib/\0\0\0",
                               30) +
                           number(0);
  const auto entry = [](std::uint32_t tag, std::uint32_t type, std::uint32_t offset) {
    return number(tag) + number(type) + number(offset) + number(1);
  };
  return number(6) + number(static_cast<std::uint32_t>(data.size())) + entry(1000, 6, 0) + entry(1001, 6, 5) +
         entry(1002, 6, 7) + entry(1117, 8, 9) + entry(1118, 8, 17) + entry(1116, 4, 30) + data;
}

class RpmTest : public OwnersTest {
 protected:
  std::string file(const char* suffix = "") const { return at("usr/lib/sysimage/rpm/rpmdb.sqlite").string() + suffix; }
  SQLite::Database make() const {
    std::filesystem::create_directories(at("usr/lib/sysimage/rpm"));
    SQLite::Database database(file(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)");
    database.exec("CREATE TABLE Basenames (key 'TEXT' NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL)");
    return database;
  }
  static void add(SQLite::Database& database) {
    SQLite::Statement package(database, "INSERT INTO Packages (blob) VALUES (?)");
    const std::string bytes = header();
    package.bind(1, bytes.data(), static_cast<int>(bytes.size()));
    package.exec();
    database.exec("INSERT INTO Basenames VALUES ('demo.so', 1, 0)");
  }
  const Owners demo_{{"/usr/lib/demo.so", {"demo", "1-2"}}};
};

TEST_F(RpmTest, AtRestNothingIsMadeBesideIt) {
  {
    SQLite::Database database = make();
    add(database);
  }
  EXPECT_TRUE(has_database(root_.get()));
  EXPECT_EQ(ask({"/usr/lib/demo.so", "/usr/bin/demo.so"}), demo_);
  EXPECT_FALSE(std::filesystem::exists(file("-wal")));
  EXPECT_FALSE(std::filesystem::exists(file("-shm")));
}

TEST_F(RpmTest, WhileItIsWrittenTheLogCountsAndNobodyWaits) {
  SQLite::Database writer = make();
  writer.exec("PRAGMA wal_autocheckpoint = 0");
  add(writer);
  writer.exec("BEGIN EXCLUSIVE");
  EXPECT_EQ(ask({"/usr/lib/demo.so"}), demo_);
  writer.exec("COMMIT");
  writer.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  EXPECT_EQ(ask({"/usr/lib/demo.so"}), demo_);
}

TEST_F(RpmTest, DamagedHasNoAnswer) {
  make().exec("INSERT INTO Basenames VALUES ('demo.so', 1, 0); INSERT INTO Packages (blob) VALUES (x'00')");
  EXPECT_THAT(ask({"/usr/lib/demo.so"}), IsEmpty());
  std::ofstream(file()) << std::string(8192, 'x');
  EXPECT_THAT(ask({"/usr/lib/demo.so"}), IsEmpty());
}

TEST_F(RpmTest, AViewThatCountsForEverIsGivenUp) {
  make().exec(
      "DROP TABLE Packages; CREATE VIEW Packages AS WITH RECURSIVE n(hnum) AS (SELECT 2 UNION ALL SELECT hnum + 1 "
      "FROM n) SELECT hnum, x'00' AS blob FROM n; INSERT INTO Basenames VALUES ('demo.so', 1, 0)");
  EXPECT_THAT(ask({"/usr/lib/demo.so"}), IsEmpty());
}

}  // namespace
}  // namespace minipkg::foreign
