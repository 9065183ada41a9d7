#include <tuple>

#include "store_fixture.hpp"

namespace omniroute::store {
namespace {

class RepositoriesTest : public StoreTest {
 protected:
  RepositoriesTest() : database_(*Database::open_in_memory(clock_)) {}
  Status write(Database::StatusWork work) { return StoreTest::write(*database_, std::move(work)); }
  template <class T>
  Result<T> read(Database::Work<T> work) {
    return StoreTest::read<T>(*database_, std::move(work));
  }
  std::unique_ptr<Database> database_;
};

TEST_F(RepositoriesTest, AnAccountComesBackAsItWent) {
  domain::Account sent = account("a", "sk-1");
  sent.auth_type = domain::AuthType::none;
  sent.priority = 7;
  sent.active = false;
  sent.default_model = "gpt";
  sent.test_status = "error";
  sent.last_error = "it's \"broken\" – 坏";
  sent.last_error_ms = 1;
  sent.updated_ms = 3;
  ASSERT_TRUE(write([sent](Transaction& t) { return Accounts(t).save(sent); }));
  const auto found = read<std::optional<domain::Account>>([](Transaction& t) { return Accounts(t).find("a"); });
  ASSERT_TRUE(found && *found);
  const domain::Account& got = **found;
  EXPECT_EQ(got.provider, sent.provider);
  EXPECT_EQ(got.name, sent.name);
  EXPECT_EQ(got.auth_type, sent.auth_type);
  EXPECT_EQ(got.priority, sent.priority);
  EXPECT_EQ(got.active, sent.active);
  EXPECT_EQ(got.api_key.reveal(), "sk-1");
  EXPECT_EQ(got.proxy.reveal(), sent.proxy.reveal());
  EXPECT_EQ(got.default_model, sent.default_model);
  EXPECT_EQ(got.test_status, sent.test_status);
  EXPECT_EQ(got.last_error, sent.last_error);
  EXPECT_EQ(got.last_error_ms, sent.last_error_ms);
  EXPECT_EQ(got.created_ms, sent.created_ms);
  EXPECT_EQ(got.updated_ms, sent.updated_ms);
}

TEST_F(RepositoriesTest, AccountsAreListedByProviderPriorityAndNewestChange) {
  ASSERT_TRUE(write([](Transaction& t) -> Status {
    Accounts accounts(t);
    for (const auto& [id, provider, priority, updated] :
         {std::tuple("c", "x", 2, 1), std::tuple("a", "x", 1, 1), std::tuple("b", "x", 1, 9), std::tuple("z", "a", 5, 1)}) {
      domain::Account row = account(id, "");
      row.provider = provider;
      row.priority = priority;
      row.updated_ms = updated;
      if (Status saved = accounts.save(row); !saved) return saved;
    }
    return accounts.set_priority("c", 3);
  }));
  std::string order;
  for (const auto& row : accounts(*database_)) order += row.id + std::to_string(row.priority);
  EXPECT_EQ(order, "z5b1a1c3");
}

TEST_F(RepositoriesTest, RemovingTellsWhetherThereWasSomething) {
  ASSERT_TRUE(write([](Transaction& t) -> Status {
    Accounts accounts(t);
    if (Status saved = accounts.save(account("a", "k")); !saved) return saved;
    if (Status saved = accounts.save(account("b", "k")); !saved) return saved;
    EXPECT_TRUE(*accounts.remove("a"));
    EXPECT_FALSE(*accounts.remove("a"));
    EXPECT_EQ(accounts.all()->size(), 1U);
    if (Status removed = accounts.remove_of_provider("openai"); !removed) return removed;
    EXPECT_TRUE(accounts.all()->empty());
    return {};
  }));
}

TEST_F(RepositoriesTest, NodesComeBackAsTheyWentAndKeepTheirBirthday) {
  domain::Node node{"n", "lab", "The lab", domain::Format::gemini, "https://lab.example/v1beta", "/ca.pem", 1, 2};
  ASSERT_TRUE(write([node](Transaction& t) { return Nodes(t).save(node); }));
  node.name = "New";
  node.created_ms = 99;
  node.updated_ms = 3;
  ASSERT_TRUE(write([node](Transaction& t) { return Nodes(t).save(node); }));
  const auto all = read<std::vector<domain::Node>>([](Transaction& t) { return Nodes(t).all(); });
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 1U);
  const domain::Node& got = all->front();
  EXPECT_EQ(got.name, "New");
  EXPECT_EQ(got.prefix, "lab");
  EXPECT_EQ(got.format, domain::Format::gemini);
  EXPECT_EQ(got.base_url, node.base_url);
  EXPECT_EQ(got.ca_file, "/ca.pem");
  EXPECT_EQ(got.created_ms, 1);
  EXPECT_EQ(got.updated_ms, 3);
  ASSERT_TRUE(write([](Transaction& t) -> Status {
    EXPECT_TRUE(*Nodes(t).remove("n"));
    const auto found = Nodes(t).find("n");
    EXPECT_FALSE(found->has_value());
    return {};
  }));
}

TEST_F(RepositoriesTest, KeysComeBackAsTheyWent) {
  domain::ApiKey key;
  key.id = "k";
  key.name = "laptop";
  key.hash.fill(0xAB);
  key.hint = "…abcd";
  key.scopes = domain::Scope::inference | domain::Scope::admin;
  key.active = false;
  key.created_ms = 4;
  ASSERT_TRUE(write([key](Transaction& t) { return ApiKeys(t).save(key); }));
  const auto found = read<std::optional<domain::ApiKey>>([](Transaction& t) { return ApiKeys(t).find("k"); });
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->name, key.name);
  EXPECT_EQ((*found)->hash, key.hash);
  EXPECT_EQ((*found)->hint, key.hint);
  EXPECT_EQ((*found)->scopes, key.scopes);
  EXPECT_EQ((*found)->active, key.active);
  EXPECT_EQ((*found)->created_ms, key.created_ms);
  domain::ApiKey copy = key;
  copy.id = "other";
  const Status twice = write([copy](Transaction& t) { return ApiKeys(t).save(copy); });
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().kind, ErrorKind::conflict);
}

TEST_F(RepositoriesTest, SettingsKeepPlainAndSealedValues) {
  ASSERT_TRUE(write([](Transaction& t) -> Status {
    SettingsTable settings(t);
    if (Status saved = settings.save("plain", Secret("1"), false); !saved) return saved;
    if (Status saved = settings.save("hidden", Secret("\"x\""), true); !saved) return saved;
    if (Status saved = settings.save("gone", Secret("3"), false); !saved) return saved;
    EXPECT_TRUE(*settings.remove("gone"));
    return settings.save("plain", Secret("2"), false);
  }));
  const auto all = read<std::vector<StoredSetting>>([](Transaction& t) { return SettingsTable(t).all(); });
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].key, "hidden");
  EXPECT_EQ((*all)[0].json.reveal(), "\"x\"");
  EXPECT_EQ((*all)[1].json.reveal(), "2");
}

TEST_F(RepositoriesTest, ExpiredSessionsGo) {
  ASSERT_TRUE(write([](Transaction& t) -> Status {
    Sessions sessions(t);
    domain::Session old_one;
    old_one.token_hash.fill(1);
    old_one.expires_ms = 100;
    domain::Session young;
    young.token_hash.fill(2);
    young.expires_ms = 101;
    if (Status saved = sessions.save(old_one); !saved) return saved;
    if (Status saved = sessions.save(young); !saved) return saved;
    if (Status removed = sessions.remove_expired(100); !removed) return removed;
    const auto left = sessions.all();
    EXPECT_EQ(left->size(), 1U);
    EXPECT_EQ(left->at(0).token_hash, young.token_hash);
    EXPECT_TRUE(*sessions.remove(young.token_hash));
    EXPECT_FALSE(*sessions.remove(young.token_hash));
    return sessions.remove_all();
  }));
}

TEST_F(RepositoriesTest, ThePasswordHashIsOne) {
  ASSERT_TRUE(write([](Transaction& t) -> Status {
    PasswordHash password(t);
    EXPECT_FALSE(password.get()->has_value());
    if (Status set = password.set("one"); !set) return set;
    if (Status set = password.set("two"); !set) return set;
    EXPECT_EQ(password.get()->value(), "two");
    EXPECT_TRUE(*password.remove());
    EXPECT_FALSE(*password.remove());
    return {};
  }));
}

}  // namespace
}  // namespace omniroute::store
