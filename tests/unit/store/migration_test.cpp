#include "migration.hpp"

#include <sys/stat.h>

#include <array>
#include <filesystem>

#include "database_file.hpp"
#include "store_fixture.hpp"

namespace omniroute::store {
namespace {

namespace fs = std::filesystem;

constexpr std::int32_t id = 4711;
constexpr std::array<Migration, 1> first{{{"0001", "CREATE TABLE people (name TEXT); CREATE TABLE pets (name TEXT)"}}};
constexpr std::array<Migration, 3> later{{first[0],
                                          {"0002", "ALTER TABLE people ADD COLUMN age INTEGER DEFAULT 7; DROP TABLE pets"},
                                          {"0003", "CREATE INDEX by_age ON people (age)"}}};
constexpr std::array<Migration, 3> broken{
    {first[0], {"0002", "ALTER TABLE people ADD COLUMN age INTEGER"}, {"0003", "DROP TABLE people; CREATE TABLE oops ("}}};

class MigrationTest : public StoreTest {
 protected:
  MigrationTest() : directory_(*DataDirectory::take(data())) {}
  Result<Connection> open_with(std::span<const Migration> steps) {
    const DatabaseFile database{directory_.file("x.sqlite"), Schema{id, steps}, INT64_MAX, "FULL"};
    return open_database_file(
        database, directory_, "", [](Connection&) { return Status(); }, clock_);
  }
  [[nodiscard]] std::vector<std::string> backups() const {
    std::vector<std::string> names;
    if (!fs::is_directory(file("db_backups"))) return names;
    for (const auto& entry : fs::directory_iterator(file("db_backups"))) names.push_back(entry.path().string());
    return names;
  }
  DataDirectory directory_;
};

TEST_F(MigrationTest, ANewDatabaseGetsAllStepsAndNoBackup) {
  auto connection = open_with(later);
  ASSERT_TRUE(connection) << connection.error().message;
  EXPECT_EQ(*connection->number("PRAGMA user_version"), 3);
  EXPECT_EQ(*connection->number("PRAGMA application_id"), id);
  EXPECT_TRUE(backups().empty());
}

TEST_F(MigrationTest, AnEarlierVersionKeepsItsDataAndIsCopiedFirst) {
  {
    auto old_one = open_with(first);
    ASSERT_TRUE(old_one);
    ASSERT_TRUE(old_one->execute("INSERT INTO people VALUES ('ada'), ('bob'); INSERT INTO pets VALUES ('rex')"));
  }
  auto connection = open_with(later);
  ASSERT_TRUE(connection) << connection.error().message;
  EXPECT_EQ(*connection->number("SELECT count(*) FROM people WHERE age = 7"), 2);
  EXPECT_EQ(*connection->number("SELECT count(*) FROM sqlite_schema WHERE name = 'by_age'"), 1);
  EXPECT_EQ(*connection->number("PRAGMA user_version"), 3);

  const auto copies = backups();
  ASSERT_EQ(copies.size(), 1U);
  EXPECT_NE(copies[0].find("/x-20270115T080000Z-schema1.sqlite"), std::string::npos) << copies[0];
  struct stat info {};
  ASSERT_EQ(::stat(copies[0].c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  ASSERT_EQ(::stat(file("db_backups").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
  auto copy = Connection::open(copies[0], "");
  ASSERT_TRUE(copy);
  EXPECT_EQ(*copy->number("SELECT count(*) FROM pets"), 1);
  EXPECT_EQ(*copy->number("PRAGMA user_version"), 1);
}

TEST_F(MigrationTest, AnOpeningWithoutANewStepMakesNoBackup) {
  ASSERT_TRUE(open_with(first));
  ASSERT_TRUE(open_with(first));
  EXPECT_TRUE(backups().empty());
}

TEST_F(MigrationTest, AFailingStepLeavesTheOneBeforeAndTellsWhy) {
  {
    auto old_one = open_with(first);
    ASSERT_TRUE(old_one);
    ASSERT_TRUE(old_one->execute("INSERT INTO people VALUES ('ada')"));
  }
  const auto refused = open_with(broken);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("schema 3"), std::string::npos) << refused.error().message;
  EXPECT_EQ(backups().size(), 1U);
  auto raw = Connection::open(file("x.sqlite"), "");
  ASSERT_TRUE(raw);
  EXPECT_EQ(*raw->number("PRAGMA user_version"), 2);
  EXPECT_EQ(*raw->number("SELECT count(*) FROM people"), 1);
}

TEST_F(MigrationTest, NoBackupMeansNoMigration) {
  ASSERT_TRUE(open_with(first));
  test::write_file(file("db_backups"), "in the way");
  EXPECT_FALSE(open_with(later));
  auto raw = Connection::open(file("x.sqlite"), "");
  ASSERT_TRUE(raw);
  EXPECT_EQ(*raw->number("PRAGMA user_version"), 1);
}

TEST_F(MigrationTest, TwoCopiesOfOneSecondAreBothKept) {
  for (int i = 0; i < 2; ++i) {
    fs::remove(file("x.sqlite"));
    ASSERT_TRUE(open_with(first));
    ASSERT_TRUE(open_with(later));
  }
  EXPECT_EQ(backups().size(), 2U);
}

TEST_F(MigrationTest, TheEmbeddedStepsBuildWhatTheRepositoriesNeed) {
  auto storage = Connection::open(":memory:", "");
  ASSERT_TRUE(storage);
  ASSERT_TRUE(migrate(*storage, storage_schema(), 0, [] { return Status(); }));
  EXPECT_EQ(*storage->number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"), 14);
  EXPECT_EQ(*storage->number("SELECT value FROM counters WHERE name = 'revision'"), 0);
  EXPECT_NE(storage_schema().application_id, telemetry_schema().application_id);
}

}  // namespace
}  // namespace omniroute::store
