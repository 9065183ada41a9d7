// Every earlier database, with something in each of its tables, is opened by this program and still says what it said.
#include <algorithm>
#include <filesystem>

#include "data_directory.hpp"
#include "migration.hpp"
#include "omniroute/store/access_tables.hpp"
#include "store_fixture.hpp"
#include "vault.hpp"

namespace omniroute::store {
namespace {

namespace fs = std::filesystem;

/// What was put into a database, and the step that it needs. A new step with a table needs a row here: a test below sees to it.
struct Content {
  std::size_t since;
  const char* sql;
};
constexpr std::array storage_content{
    Content{
        1,
        "INSERT INTO nodes VALUES ('n', 'mine', 'Mine', 'openai-chat', 'http://127.0.0.1:9/v1', '', 1, 1);"
        "INSERT INTO api_keys (id, name, hash, hint, scopes, active, created_ms) VALUES ('k', 'laptop', zeroblob(32), '…abcd', 1, 1, 1);"
        "INSERT INTO settings VALUES ('log_level', '\"warn\"', NULL);"
        "INSERT INTO sessions (token_hash, created_ms, expires_ms) VALUES (zeroblob(32), 1, 2);"
        "INSERT INTO passwords VALUES ('dashboard', 'argon2')"},
    Content{2, "INSERT INTO documents VALUES ('alias', 'fast', '\"mine/m\"')"},
    Content{3,
            "INSERT INTO login_tries VALUES ('192.0.2.1', 3, 1, 0); INSERT INTO ip_bans VALUES ('192.0.2.2', 9, 'rude');"
            "INSERT INTO audit VALUES (1, 1, 'dashboard', '::1', 'req', 'key.create', 'k', NULL, '{}');"
            "UPDATE api_keys SET requests_per_minute = 7"},
    Content{4, "INSERT INTO prices VALUES (1, 'groq', 'm', 1, 2, 1, 1, 2, 1); INSERT INTO budgets VALUES ('', 5, 6)"},
    Content{5, "UPDATE api_keys SET log_bodies = 1"},
    Content{6, "UPDATE api_keys SET log_errors_only = 1"},
};
constexpr std::array telemetry_content{
    Content{
        1,
        "INSERT INTO usage (request_id, time_ms, client_format, endpoint, model_asked, provider, upstream_model, account_id, key_id, "
        "status,"
        " streamed, input_tokens, output_tokens, estimated, latency_ms, attempts, error_kind, error_message) VALUES ('r', 1800000000000,"
        " 'openai-chat', '/v1/chat/completions', 'groq/m', 'groq', 'm', 'a', 'k', 200, 0, 7, 5, 0, 30, 1, '', '')"},
    Content{2, "INSERT INTO responses VALUES ('resp', '', 'k', 'a', 1, x'00', x'00')"},
    Content{3, "UPDATE usage SET dropped = 'stop'"},
    Content{4, "INSERT INTO router_state VALUES ('turn', '1'); INSERT INTO traces VALUES (1, x'01')"},
    Content{5,
            "UPDATE usage SET cost_nano = 11, price_version = 'v';"
            "INSERT INTO usage_slots VALUES (0, 1000000, '', '', 1, 0, 7, 5, 0, 0, 0, 11, 0, 30, 1800000000000)"},
    Content{6, "UPDATE usage SET attempts = 2"},
    Content{7, "INSERT INTO bodies VALUES (1, 'r', 1, '{}', 'asked', '[]', 'said')"},
    Content{8, "INSERT INTO usage_slots VALUES (5, 1000000, 'stop', '', 1, 0, 7, 5, 0, 0, 0, 11, 0, 30, 1800000000000)"},
    Content{9, "UPDATE usage SET overhead_us = 420"},
    Content{10, "INSERT INTO egress VALUES (1, 1, 'api.groq.com', 443, 1, '', '192.0.2.7', 'closed', '', 30, 400, 900, 60)"},
    Content{11,
            "INSERT INTO kinds VALUES (1, 'k', 'groq/m', 'groq', 'm', 'a', 200, 'stop'); INSERT INTO usage_kinds VALUES (1, 1);"
            "INSERT INTO kind_days VALUES (1, 20833, 1, 7, 5, 0, 0, 0, 11, 0, 30, 1800000000000);"
            "INSERT INTO kind_months VALUES (1, 651, 1, 7, 5, 0, 0, 0, 11, 0, 30, 1800000000000); INSERT INTO usage_times VALUES (1000000, "
            "1, 1)"},
};

class UpgradeTest : public StoreTest {
 protected:
  /// Makes a database file as the first `steps` of its schema left it, with all the content that it could have then.
  void make(const char* name, const Schema& schema, std::span<const Content> content, std::size_t steps) {
    ASSERT_TRUE(make_private_folder(data()));
    ASSERT_TRUE(make_private_file(file(name)));
    Connection connection = *Connection::open(file(name), "");
    ASSERT_TRUE(connection.execute("PRAGMA journal_mode=WAL"));
    const Schema early{schema.application_id, schema.migrations.first(steps)};
    ASSERT_TRUE(migrate(connection, early, 0, [] { return Status(); }));
    if (schema.application_id == storage_schema().application_id) seal_account(connection);
    for (const Content& part : content)
      if (part.since <= steps) {
        ASSERT_TRUE(connection.execute(part.sql)) << part.sql;
      }
    for (const std::string& table : tables(connection))
      EXPECT_GT(*connection.number("SELECT count(*) FROM " + table), 0) << table << " at step " << steps;
    const std::size_t newest =
        std::max_element(content.begin(), content.end(), [](const Content& a, const Content& b) { return a.since < b.since; })->since;
    EXPECT_EQ(newest, schema.migrations.size()) << "the newest step has no content in this test";
  }
  void seal_account(Connection& connection) {
    const Vault vault = *Vault::open(connection, {Secret(), file("master.key")}, clock_);
    const std::string record = *vault.seal(Secret("sk-of-long-ago"), "accounts", "a", "api_key");
    Statement insert =
        *connection.prepare("INSERT INTO accounts VALUES ('a', 'groq', 'main', 'apikey', 1, 1, ?, NULL, '', 'ok', '', 0, 1, 1)");
    ASSERT_TRUE(insert.bind_blob(record).run());
  }
  static std::vector<std::string> tables(Connection& connection) {
    std::vector<std::string> names;
    Statement query = *connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'bodies_text%'");
    while (*query.step()) names.emplace_back(query.text(0));
    return names;
  }
  [[nodiscard]] std::size_t copies(const std::string& begin) const {
    std::size_t count = 0;
    if (!fs::exists(file("db_backups"))) return 0;
    for (const auto& entry : fs::directory_iterator(file("db_backups")))
      count += entry.path().filename().string().starts_with(begin) ? 1 : 0;
    return count;
  }
  void clear() { fs::remove_all(data()); }
};

TEST_F(UpgradeTest, ConfigurationOfEachStepIsOpenedWithAllItHeld) {
  const Schema schema = storage_schema();
  for (std::size_t step = 1; step <= schema.migrations.size(); ++step) {
    SCOPED_TRACE(schema.migrations[step - 1].name);
    clear();
    make("storage.sqlite", schema, storage_content, step);
    auto database = open();
    ASSERT_TRUE(database);
    const auto all = accounts(*database);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].api_key.reveal(), "sk-of-long-ago");
    const auto keys = read<std::vector<domain::ApiKey>>(*database, [](Transaction& t) { return ApiKeys(t).all(); });
    ASSERT_TRUE(keys && keys->size() == 1);
    EXPECT_EQ(keys->front().requests_per_minute, step >= 3 ? 7 : 0);
    EXPECT_EQ(keys->front().log_bodies, step >= 5);
    EXPECT_EQ(keys->front().log_errors_only, step >= 6);
    EXPECT_TRUE(keys->front().allowed_models.empty()) << "an old key may use all models";
    database.reset();
    Connection raw = *Connection::open(file("storage.sqlite"), "");
    EXPECT_EQ(*raw.number("PRAGMA user_version"), static_cast<std::int64_t>(schema.migrations.size()));
    for (const char* table : {"nodes", "settings", "sessions", "passwords"})
      EXPECT_EQ(*raw.number("SELECT count(*) FROM " + std::string(table)), 1) << table;
    EXPECT_EQ(*raw.number("SELECT count(*) FROM documents"), step >= 2 ? 1 : 0);
    EXPECT_EQ(*raw.number("SELECT (SELECT count(*) FROM audit) + (SELECT count(*) FROM ip_bans) + (SELECT count(*) FROM login_tries)"),
              step >= 3 ? 3 : 0);
    EXPECT_EQ(*raw.number("SELECT (SELECT count(*) FROM prices) + (SELECT count(*) FROM budgets)"), step >= 4 ? 2 : 0);
    EXPECT_EQ(copies("storage-"), step < schema.migrations.size() ? 1U : 0U) << "a copy before the first step";
  }
}

TEST_F(UpgradeTest, RecordsOfEachStepAreOpenedWithAllTheyHeld) {
  const Schema schema = telemetry_schema();
  for (std::size_t step = 1; step <= schema.migrations.size(); ++step) {
    SCOPED_TRACE(schema.migrations[step - 1].name);
    clear();
    make("telemetry.sqlite", schema, telemetry_content, step);
    ASSERT_TRUE(open());
    Connection raw = *Connection::open(file("telemetry.sqlite"), "");
    EXPECT_EQ(*raw.number("PRAGMA user_version"), static_cast<std::int64_t>(schema.migrations.size()));
    EXPECT_EQ(*raw.number("SELECT input_tokens FROM usage WHERE request_id = 'r'"), 7);
    EXPECT_EQ(*raw.number("SELECT count(*) FROM usage WHERE dropped = 'stop'"), step >= 3 ? 1 : 0);
    EXPECT_EQ(*raw.number("SELECT count(*) FROM usage WHERE cost_nano = 11"), step >= 5 ? 1 : 0);
    EXPECT_EQ(*raw.number("SELECT count(*) FROM responses"), step >= 2 ? 1 : 0);
    EXPECT_EQ(*raw.number("SELECT (SELECT count(*) FROM router_state) + (SELECT count(*) FROM traces)"), step >= 4 ? 2 : 0);
    EXPECT_EQ(*raw.number("SELECT count(*) FROM bodies"), step >= 7 ? 1 : 0);
    EXPECT_EQ(*raw.number("SELECT count(*) FROM usage WHERE overhead_us = 420"), step >= 9 ? 1 : 0);
    EXPECT_EQ(*raw.number("SELECT count(*) FROM egress"), step >= 10 ? 1 : 0);
    EXPECT_EQ(*raw.number("SELECT count(*) FROM kinds k JOIN usage_kinds u ON u.kind = k.id WHERE k.model_asked = 'groq/m' AND u.id = 1"),
              1);
    EXPECT_EQ(*raw.number("SELECT input_tokens + cost_nano FROM kind_days WHERE span = 20833"), step >= 5 ? 18 : 7);
    EXPECT_EQ(*raw.number("SELECT output_tokens + entries FROM kind_months WHERE span = 651"), 6);
    EXPECT_EQ(*raw.number("SELECT first_id + last_id FROM usage_times WHERE slot = 1000000"), 2);
    EXPECT_EQ(*raw.number("SELECT sum(input_tokens) FROM usage_slots WHERE dimension = 0"), 7) << "summed by half hours";
    EXPECT_EQ(*raw.number("SELECT count(*) FROM usage_slots WHERE dimension = 5 AND id = 'stop' AND input_tokens = 7"), step >= 3 ? 1 : 0);
    if (step < 6) {
      EXPECT_EQ(*raw.number("SELECT sum(input_tokens) FROM usage_slots WHERE dimension = 10"), 7) << "and by days";
    }
    EXPECT_EQ(copies("telemetry-"), step < schema.migrations.size() ? 1U : 0U);
  }
}

TEST_F(UpgradeTest, ANewerDatabaseIsRefusedAndNoByteOfEitherChanges) {
  for (const char* newer : {"storage.sqlite", "telemetry.sqlite"}) {
    SCOPED_TRACE(newer);
    clear();
    make("storage.sqlite", storage_schema(), storage_content, 2);
    make("telemetry.sqlite", telemetry_schema(), telemetry_content, 3);
    ASSERT_TRUE(Connection::open(file(newer), "")->execute("PRAGMA user_version=99"));
    const std::string storage = test::content_of(file("storage.sqlite"));
    const std::string telemetry = test::content_of(file("telemetry.sqlite"));
    const auto refused = try_open();
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("newer OmniRoute (schema 99"), std::string::npos) << refused.error().message;
    EXPECT_EQ(test::content_of(file("storage.sqlite")), storage);
    EXPECT_EQ(test::content_of(file("telemetry.sqlite")), telemetry);
    EXPECT_FALSE(fs::exists(file("db_backups")));
  }
}

}  // namespace
}  // namespace omniroute::store
