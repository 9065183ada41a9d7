#include <filesystem>

#include "connection.hpp"
#include "omniroute/store/portable.hpp"
#include "store_fixture.hpp"

namespace omniroute::store {
namespace {

class PortableTest : public StoreTest {
 protected:
  /// A database in another folder, with another master key.
  std::unique_ptr<Database> open_other() {
    OpenOptions options;
    options.directory = folder_.file("other");
    options.encryption_key = Secret("the other machine's key, quite long");
    auto database = Database::open(std::move(options), clock_);
    EXPECT_TRUE(database);
    return database ? std::move(*database) : nullptr;
  }
  PortableState packed() {
    auto database = open();
    EXPECT_TRUE(save(*database, account("a", "sk-first-key")));
    const Secret proxy("\"http://u:secretword@p:1\"");
    EXPECT_TRUE(write(*database, [proxy](Transaction& t) { return SettingsTable(t).save("proxy", proxy, true); }));
    Result<PortableState> state = test::run_task(pack_state(*database));
    EXPECT_TRUE(state) << state.error().message;
    return state ? *std::move(state) : PortableState();
  }
  ErrorKind refused(PortableState state) {
    auto other = open_other();
    const std::string path = work_path(*other, "import");
    const Result<BackupCheck> taken = test::run_task(unpack_state(*other, std::move(state), path));
    EXPECT_FALSE(taken);
    EXPECT_FALSE(std::filesystem::exists(path));
    return taken ? ErrorKind::bad_request : taken.error().kind;
  }
  /// The state with a statement run on its database.
  PortableState altered(PortableState state, const char* sql) const {
    const std::string path = folder_.file("altered.sqlite");
    test::write_file(path, state.database);
    EXPECT_TRUE(Connection::open(path, "")->execute(sql));
    state.database = test::content_of(path);
    return state;
  }
};

TEST_F(PortableTest, SecretsAreSealedWithTheKeyOfTheMachineThatTakesThemIn) {
  const PortableState state = packed();
  EXPECT_EQ(state.database.find("sk-first-key"), std::string::npos);
  auto other = open_other();
  ASSERT_TRUE(save(*other, account("b", "sk-of-the-other")));
  const std::string path = work_path(*other, "import");
  const Result<BackupCheck> taken = test::run_task(unpack_state(*other, state, path));
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->connections, 1);
  EXPECT_EQ(accounts(*other)[0].id, "b") << "nothing is changed before it is put in place";
  ASSERT_TRUE(test::run_task(other->restore_from(path)));
  const auto now = accounts(*other);
  ASSERT_EQ(now.size(), 1U);
  EXPECT_EQ(now[0].api_key.reveal(), "sk-first-key");
  EXPECT_EQ(now[0].proxy.reveal(), "http://user:proxypassword@proxy.example:8080");
  auto settings = read<std::vector<StoredSetting>>(*other, [](Transaction& t) { return SettingsTable(t).all(); });
  ASSERT_TRUE(settings && !settings->empty());
  EXPECT_EQ(settings->front().json.reveal(), "\"http://u:secretword@p:1\"");
  other.reset();
  EXPECT_EQ(accounts(*open_other())[0].api_key.reveal(), "sk-first-key") << "after a new start";
  EXPECT_FALSE(std::filesystem::exists(path)) << "what is left of the work goes at the next start";
}

TEST_F(PortableTest, WhatCannotBeTakenInIsRefusedAsAWhole) {
  const PortableState state = packed();
  PortableState wrong_key = state;
  wrong_key.sealing_key = Secret(std::string(32, 'k'));
  EXPECT_EQ(refused(wrong_key), ErrorKind::conflict);
  PortableState no_key = state;
  no_key.sealing_key = Secret("short");
  EXPECT_EQ(refused(no_key), ErrorKind::conflict);
  EXPECT_EQ(refused(altered(state, "PRAGMA user_version=99")), ErrorKind::conflict);
  EXPECT_EQ(refused(altered(state, "PRAGMA application_id=1")), ErrorKind::conflict);
  EXPECT_EQ(refused(altered(state, "UPDATE accounts SET id = 'moved'")), ErrorKind::conflict) << "a record opens in its own row only";
  PortableState cut = state;
  cut.database.resize(cut.database.size() / 2);
  EXPECT_NE(refused(cut), ErrorKind::bad_request);
  PortableState empty = state;
  empty.database.clear();
  EXPECT_EQ(refused(empty), ErrorKind::conflict);
}

}  // namespace
}  // namespace omniroute::store
