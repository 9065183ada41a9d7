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

/// A database as the first `count` steps of a schema left it.
Connection at_step(const Schema& schema, std::size_t count) {
  Connection connection = *Connection::open(":memory:", "");
  const Schema early{schema.application_id, schema.migrations.first(count)};
  EXPECT_TRUE(migrate(connection, early, 0, [] { return Status(); }));
  return connection;
}

TEST_F(MigrationTest, TheConfigurationOfEachEarlierSchemaIsKept) {
  const Schema schema = storage_schema();
  for (std::size_t step = 1; step < schema.migrations.size(); ++step) {
    SCOPED_TRACE(schema.migrations[step].name);
    Connection connection = at_step(schema, step);
    ASSERT_TRUE(connection.execute(
        "INSERT INTO accounts VALUES ('a', 'groq', 'main', 'apikey', 1, 1, x'00', NULL, '', 'ok', '', 0, 1, 1);"
        "INSERT INTO nodes VALUES ('n', 'mine', 'Mine', 'openai-chat', 'http://127.0.0.1:9/v1', '', 1, 1);"
        "INSERT INTO api_keys (id, name, hash, hint, scopes, active, created_ms) VALUES ('k', 'laptop', x'01', '…abcd', 1, 1, 1);"
        "INSERT INTO settings VALUES ('log_level', '\"warn\"', NULL);"
        "INSERT INTO sessions (token_hash, created_ms, expires_ms) VALUES (x'02', 1, 2);"
        "INSERT INTO passwords VALUES ('dashboard', 'argon2');"));
    ASSERT_TRUE(migrate(connection, schema, static_cast<int>(step), [] { return Status(); }));
    for (const char* table : {"accounts", "nodes", "api_keys", "settings", "sessions", "passwords"})
      EXPECT_EQ(*connection.number("SELECT count(*) FROM " + std::string(table)), 1) << table;
    EXPECT_EQ(*connection.number("SELECT expires_ms + requests_per_minute + daily_budget_nano FROM api_keys"), 0)
        << "nothing limits an old key";
    EXPECT_EQ(*connection.number("PRAGMA user_version"), static_cast<std::int64_t>(schema.migrations.size()));
  }
}

TEST_F(MigrationTest, TheRecordsOfEachEarlierSchemaAreKeptAndSummed) {
  const Schema schema = telemetry_schema();
  for (std::size_t step = 1; step < schema.migrations.size(); ++step) {
    SCOPED_TRACE(schema.migrations[step].name);
    Connection connection = at_step(schema, step);
    ASSERT_TRUE(connection.execute(
        "INSERT INTO usage (request_id, time_ms, client_format, endpoint, model_asked, provider, upstream_model, account_id, key_id, "
        "status, "
        "streamed, input_tokens, output_tokens, estimated, latency_ms, attempts, error_kind, error_message) VALUES ('r', 1800000000000, "
        "'openai-chat', '/v1/chat/completions', 'groq/m', 'groq', 'm', 'a', 'k', 200, 0, 7, 5, 0, 30, 1, '', '')"));
    const bool summed_by_hand = *connection.number("SELECT count(*) FROM sqlite_schema WHERE name = 'usage_slots'") > 0;
    ASSERT_TRUE(migrate(connection, schema, static_cast<int>(step), [] { return Status(); }));
    EXPECT_EQ(*connection.number("SELECT count(*) FROM usage"), 1);
    if (summed_by_hand) continue;
    EXPECT_EQ(*connection.number("SELECT sum(input_tokens) FROM usage_slots WHERE dimension = 0 AND slot = 1000000"), 7);
    EXPECT_EQ(*connection.number("SELECT sum(output_tokens) FROM usage_slots WHERE dimension = 12 AND id = 'm' AND provider = 'groq'"), 5);
    EXPECT_EQ(*connection.number("SELECT unpriced FROM usage_slots WHERE dimension = 4 AND id = 'k'"), 1) << "its price was never known";
  }
}

}  // namespace
}  // namespace omniroute::store
