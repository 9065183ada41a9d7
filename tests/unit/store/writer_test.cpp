#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "fault_vfs.hpp"
#include "omniroute/store/usage.hpp"
#include "store_fixture.hpp"

namespace omniroute::store {
namespace {

domain::UsageRow row(std::string request_id) {
  domain::UsageRow usage;
  usage.request_id = std::move(request_id);
  usage.status = 200;
  return usage;
}

class WriterTest : public StoreTest {
 protected:
  ~WriterTest() override {
    FaultVfs::fail_sync = false;
    FaultVfs::fail_write = false;
  }
};

TEST_F(WriterTest, AnErrorUndoesItsOwnWorkAlone) {
  auto database = open();
  const Status failed = write(*database, [](Transaction& t) -> Status {
    if (Status saved = Accounts(t).save(account("half", "key")); !saved) return saved;
    return Error(ErrorKind::bad_request, "changed my mind", "name");
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "changed my mind");
  EXPECT_EQ(failed.error().param, "name");
  ASSERT_TRUE(save(*database, account("whole", "key")));
  const auto all = accounts(*database);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].id, "whole");
}

TEST_F(WriterTest, AWorkCanAnswerWithAValue) {
  auto database = open();
  Database::Work<std::int64_t> work = [](Transaction& t) { return Revision(t).advance(); };
  const auto revision = test::run_task(database->write<std::int64_t>(work));
  ASSERT_TRUE(revision);
  EXPECT_EQ(*revision, 1);
}

TEST_F(WriterTest, AReadCannotChangeAnything) {
  auto database = open();
  EXPECT_FALSE(test::run_task(database->read([](Transaction& t) { return Accounts(t).save(account("a", "key")); })));
  EXPECT_TRUE(accounts(*database).empty());
}

TEST_F(WriterTest, TheSameEntryTwiceIsAConflict) {
  auto database = open();
  domain::Node node;
  node.id = "1";
  node.prefix = "lab";
  ASSERT_TRUE(write(*database, [node](Transaction& t) { return Nodes(t).save(node); }));
  node.id = "2";
  const Status twice = write(*database, [node](Transaction& t) { return Nodes(t).save(node); });
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().kind, ErrorKind::conflict);
}

TEST_F(WriterTest, EachAcknowledgedWriteWasSynced) {
  auto database = open("", FaultVfs::name());
  for (int i = 0; i < 5; ++i) {
    const int before = FaultVfs::syncs;
    ASSERT_TRUE(save(*database, account("a", "key")));
    EXPECT_GT(FaultVfs::syncs, before);
  }
}

TEST_F(WriterTest, AFailedSyncIsNotAcknowledgedAndNotTriedAgain) {
  auto database = open("", FaultVfs::name());
  ASSERT_TRUE(save(*database, account("before", "key")));
  FaultVfs::fail_sync = true;
  const Status failed = save(*database, account("lost", "key"));
  FaultVfs::fail_sync = false;
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("its disk failed"), std::string::npos) << failed.error().message;
  EXPECT_EQ(accounts(*database).size(), 1U);
  ASSERT_TRUE(save(*database, account("after", "key")));
  EXPECT_EQ(database->counters().failed_commits, 1U);
  database.reset();
  const auto all = accounts(*open());
  ASSERT_EQ(all.size(), 2U);
  for (const auto& kept : all) EXPECT_NE(kept.id, "lost");
}

TEST_F(WriterTest, AFullDiskIsNamedAndWritesWorkAgainOnceThereIsSpace) {
  auto database = open("", FaultVfs::name());
  FaultVfs::fail_write = true;
  const Status failed = save(*database, account("a", "key"));
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("disk is full"), std::string::npos) << failed.error().message;
  database->append(row("r1"));
  ASSERT_FALSE(test::run_task(database->flush()));
  EXPECT_EQ(database->counters().usage_waiting, 1U);
  FaultVfs::fail_write = false;
  ASSERT_TRUE(save(*database, account("a", "key")));
  database->append(row("r2"));
  ASSERT_TRUE(test::run_task(database->flush()));
  const auto counters = database->counters();
  EXPECT_EQ(counters.usage_written, 2U);
  EXPECT_EQ(counters.usage_lost, 0U);
  EXPECT_EQ(counters.usage_waiting, 0U);
}

TEST_F(WriterTest, UsageRowsAreWrittenByThemselvesWithinAMoment) {
  auto database = open();
  database->append(row("r"));
  for (int i = 0; i < 100 && database->counters().usage_written == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(database->counters().usage_written, 1U);
}

TEST_F(WriterTest, ClosingWritesWhatWaitsAndRefusesTheRest) {
  {
    auto database = open();
    for (int i = 0; i < 1000; ++i) database->append(row("r" + std::to_string(i)));
    database->close();
    EXPECT_EQ(database->counters().usage_written, 1000U);
    const Status refused = save(*database, account("late", "key"));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("stopping"), std::string::npos);
    EXPECT_FALSE(test::run_task(database->flush()));
    EXPECT_FALSE(test::run_task(database->read([](Transaction&) { return Status(); })));
    database->append(row("late"));
    EXPECT_EQ(database->counters().usage_lost, 1U);
  }
  auto database = open();
  const auto history = test::run_task(Usage(*database).history({}, 0));
  ASSERT_TRUE(history);
  EXPECT_EQ(history->totals.requests, 1000);
}

TEST_F(WriterTest, ClosingCheckpointsTheLog) {
  open().reset();
  EXPECT_TRUE(test::content_of(file("storage.sqlite-wal")).empty());
}

TEST_F(WriterTest, ManyThreadsWriteAppendAndReadAtOnce) {
  constexpr int threads = 8;
  constexpr int writes = 40;
  auto database = open();
  std::atomic<int> failures{0};
  std::vector<std::thread> running;
  for (int thread = 0; thread < threads; ++thread) {
    running.emplace_back([&, thread] {
      for (int i = 0; i < writes; ++i) {
        const std::string name = std::to_string(thread) + "-" + std::to_string(i);
        for (int j = 0; j < 10; ++j) database->append(row(name));
        if (!save(*database, account(name, "key of " + name))) ++failures;
        // What was acknowledged is there for everybody.
        auto found = read<std::optional<domain::Account>>(*database, [name](Transaction& t) { return Accounts(t).find(name); });
        if (!found || !*found || (*found)->api_key.reveal() != "key of " + name) ++failures;
        Database::Work<std::int64_t> advance = [](Transaction& t) { return Revision(t).advance(); };
        if (!test::run_task(database->write<std::int64_t>(advance))) ++failures;
      }
    });
  }
  for (auto& thread : running) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(accounts(*database).size(), static_cast<std::size_t>(threads * writes));
  const auto revision = read<std::int64_t>(*database, [](Transaction& t) { return Revision(t).get(); });
  ASSERT_TRUE(revision);
  EXPECT_EQ(*revision, threads * writes);
  const auto history = test::run_task(Usage(*database).history({}, 0));
  ASSERT_TRUE(history);
  EXPECT_EQ(history->totals.requests, threads * writes * 10);
}

TEST_F(WriterTest, WritesThatWaitTogetherShareACommit) {
  auto database = open();
  std::atomic<bool> go{false};
  const std::uint64_t before = database->counters().commits;
  std::vector<std::thread> running;
  // The first work keeps the writer busy until the others stand in line.
  running.emplace_back([&] {
    (void)write(*database, [&](Transaction&) -> Status {
      while (!go) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return {};
    });
  });
  std::atomic<int> started{0};
  for (int i = 0; i < 6; ++i)
    running.emplace_back([&, i] {
      ++started;
      (void)save(*database, account(std::to_string(i), "key"));
    });
  while (started < 6) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  go = true;
  for (auto& thread : running) thread.join();
  EXPECT_EQ(accounts(*database).size(), 6U);
  EXPECT_LT(database->counters().commits - before, 7U);
}

/// Writes accounts until killed; tells each acknowledged number through the pipe.
[[noreturn]] void write_until_killed(const std::string& directory, int pipe_end, int first) {
  const SystemClock clock;
  OpenOptions options;
  options.directory = directory;
  auto database = Database::open(std::move(options), clock);
  if (!database) ::_exit(1);
  for (int number = first;; ++number) {
    domain::Account account;
    account.id = std::to_string(number);
    account.api_key = Secret("key of " + account.id);
    const Status saved = test::run_task((*database)->write([account](Transaction& t) { return Accounts(t).save(account); }));
    if (!saved || ::write(pipe_end, &number, sizeof number) != sizeof number) ::_exit(1);
  }
}

TEST_F(WriterTest, AKilledProcessLosesNothingItAcknowledged) {
  int acknowledged = -1;
  for (int round = 0; round < 5; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) write_until_killed(data(), ends[1], acknowledged + 1);
    ::close(ends[1]);
    int number = 0;
    const int enough = acknowledged + 5 + round * 7;
    while (::read(ends[0], &number, sizeof number) == sizeof number) {
      acknowledged = number;
      if (number == enough) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";

    auto database = open();
    const auto all = accounts(*database);
    // One more may have been on disk without its acknowledgement having come through.
    ASSERT_GE(all.size(), static_cast<std::size_t>(acknowledged + 1));
    ASSERT_LE(all.size(), static_cast<std::size_t>(acknowledged + 2));
    for (const auto& kept : all) EXPECT_EQ(kept.api_key.reveal(), "key of " + kept.id);
    acknowledged = static_cast<int>(all.size()) - 1;
  }
}

}  // namespace
}  // namespace omniroute::store
