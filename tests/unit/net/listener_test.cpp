#include "omniroute/net/listener.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <thread>

#include "omniroute/base/log.hpp"
#include "stream_contract.hpp"

namespace omniroute::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Listener, SaysWhenTheAddressIsInUse) {
  Loopback loop;
  const auto second = Listener::tcp("127.0.0.1", loop.listener->port(), {&loop.worker}, [](Worker&, std::unique_ptr<Stream>) {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, "address_in_use");
  EXPECT_NE(second.error().message.find("127.0.0.1:" + std::to_string(loop.listener->port())), std::string::npos) << second.error().message;
}

TEST(Listener, SaysWhenTheAddressIsNone) {
  SystemClock clock;
  Worker worker(clock);
  const auto wrong = Listener::tcp("192.0.2.1", 0, {&worker}, [](Worker&, std::unique_ptr<Stream>) {});
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(wrong.error().message.find("192.0.2.1"), std::string::npos);
}

Task<void> closes(Loopback& loop) {
  loop.listener->close();
  co_await loop.worker.sleep_until(in(loop.clock, milliseconds(20)));
  const Proxy direct;
  const Endpoint endpoint = loop.endpoint();
  Result<std::unique_ptr<Stream>> made = co_await loop.worker.connector().connect(endpoint, direct, in(loop.clock, seconds(5)));
  EXPECT_FALSE(made.ok());
}

TEST(Listener, RefusesAfterClose) {
  Loopback loop;
  loop.worker.run_until_done(closes(loop));
}

Task<void> open_and_wait(Worker& worker, std::uint16_t port, int count, std::atomic<int>& seen) {
  std::vector<std::unique_ptr<Stream>> kept;
  const Proxy direct;
  Endpoint endpoint;
  endpoint.host = "127.0.0.1";
  endpoint.port = port;
  for (int i = 0; i < count; ++i) {
    Result<std::unique_ptr<Stream>> made = co_await worker.connector().connect(endpoint, direct, worker.clock().now() + seconds(5));
    EXPECT_TRUE(made.ok());
    kept.push_back(std::move(made).value());
  }
  while (seen < count) co_await worker.sleep_until(worker.clock().now() + milliseconds(1));
}

TEST(Listener, HandsSocketsToTheWorkersInTurn) {
  SystemClock clock;
  Worker client(clock);
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<Worker*> all;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    workers.push_back(std::make_unique<Worker>(clock));
    all.push_back(workers.back().get());
  }
  std::map<Worker*, std::vector<std::unique_ptr<Stream>>> got;
  for (Worker* worker : all) got[worker].reserve(3);
  std::atomic<int> seen{0};
  auto listener = Listener::tcp("127.0.0.1", 0, all, [&](Worker& worker, std::unique_ptr<Stream> stream) {
    got.find(&worker)->second.push_back(std::move(stream));
    ++seen;
  });
  (*listener)->start();
  for (Worker* worker : all) threads.emplace_back([worker] { worker->run(); });
  client.run_until_done(open_and_wait(client, (*listener)->port(), 9, seen));
  (*listener)->close();
  for (Worker* worker : all) worker->stop();
  for (std::thread& thread : threads) thread.join();
  for (const auto& [worker, streams] : got) EXPECT_EQ(streams.size(), 3u);
  got.clear();
  listener->reset();
}

/// Takes every descriptor that is left, and gives them back at its end.
class Exhaustion {
 public:
  Exhaustion() {
    log::warn("taking every descriptor: left={}", 0);  // UBSan opens a pipe at its first look at an object: so the log is used before
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit low = before_;
    low.rlim_cur = 200;
    ::setrlimit(RLIMIT_NOFILE, &low);
    for (int fd = ::open("/dev/null", O_RDONLY); fd >= 0; fd = ::open("/dev/null", O_RDONLY)) taken_.push_back(fd);
  }
  ~Exhaustion() {
    release();
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }
  Exhaustion(const Exhaustion&) = delete;
  Exhaustion& operator=(const Exhaustion&) = delete;
  void release() {
    for (const int fd : taken_) ::close(fd);
    taken_.clear();
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

int connect_raw(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return socket;
}

Task<void> wait_for_accept(Loopback& loop, milliseconds most) {
  const Tick until = in(loop.clock, most);
  while (loop.accepted.empty() && loop.clock.now() < until) co_await loop.worker.sleep_until(in(loop.clock, milliseconds(5)));
}

TEST(Listener, WaitsOutALackOfDescriptorsWithoutSpinning) {
  Loopback loop;
  loop.worker.run_until_done(loop.worker.sleep_until(in(loop.clock, milliseconds(5))));
  const int early = connect_raw(loop.listener->port());
  Exhaustion exhaustion;
  timespec before{};
  timespec after{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
  loop.worker.run_until_done(wait_for_accept(loop, milliseconds(500)));
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
  EXPECT_TRUE(loop.accepted.empty());
  const double used = static_cast<double>(after.tv_sec - before.tv_sec) + static_cast<double>(after.tv_nsec - before.tv_nsec) / 1e9;
  EXPECT_LT(used, 0.2);
  exhaustion.release();
  loop.worker.run_until_done(wait_for_accept(loop, seconds(3)));
  EXPECT_EQ(loop.accepted.size(), 1u) << "the connection that waited was not served";
  ::close(early);
}

TEST(Listener, EndsWaitingConnectionsWhenTheLackLasts) {
  Loopback loop;
  loop.worker.run_until_done(loop.worker.sleep_until(in(loop.clock, milliseconds(5))));
  const int waiting = connect_raw(loop.listener->port());
  const Exhaustion exhaustion;
  loop.worker.run_until_done(loop.worker.sleep_until(in(loop.clock, milliseconds(1800))));
  EXPECT_TRUE(loop.accepted.empty());
  char byte = 0;
  EXPECT_EQ(::recv(waiting, &byte, 1, MSG_DONTWAIT), 0) << "the client would wait for ever";
  ::close(waiting);
}

/// A folder whose path is longer than a socket's address can hold.
class DeepFolder {
 public:
  DeepFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "omniroute-sock-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
    path_ = root_ / std::string(80, 'a') / std::string(80, 'b');
    std::filesystem::create_directories(path_);
  }
  ~DeepFolder() { std::filesystem::remove_all(root_); }
  DeepFolder(const DeepFolder&) = delete;
  DeepFolder& operator=(const DeepFolder&) = delete;
  [[nodiscard]] std::string shallow() const { return (root_ / "control.sock").string(); }
  [[nodiscard]] std::string deep() const { return (path_ / "control.sock").string(); }

 private:
  std::filesystem::path root_;
  std::filesystem::path path_;
};

Task<void> talk_unix(Loopback& loop, std::string path) {
  Result<std::unique_ptr<Stream>> client = co_await connect_unix(loop.worker, path);
  EXPECT_TRUE(client.ok());
  co_await wait_for_accept(loop, seconds(3));
  const std::unique_ptr<Stream> server = std::move(loop.accepted.back());
  loop.accepted.pop_back();
  EXPECT_EQ(server->peer_address(), "");
  co_await keeps_stream_contract(loop.worker, **client, *server);
}

TEST(Listener, ServesAUnixSocketAtAnyPathForItsOwnerAlone) {
  const DeepFolder folder;
  for (const std::string& path : {folder.shallow(), folder.deep()}) {
    Loopback loop;
    auto made = Listener::unix_socket(path, {&loop.worker},
                                      [&loop](Worker&, std::unique_ptr<Stream> stream) { loop.accepted.push_back(std::move(stream)); });
    ASSERT_TRUE(made.ok()) << made.error().message;
    struct stat facts {};
    ASSERT_EQ(::stat(path.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600u);
    (*made)->start();
    loop.worker.run_until_done(talk_unix(loop, path));
    const auto second = Listener::unix_socket(path, {&loop.worker}, [](Worker&, std::unique_ptr<Stream>) {});
    ASSERT_FALSE(second.ok()) << "a live socket was replaced";
    EXPECT_EQ(second.error().code, "address_in_use");
    (*made)->close();
    EXPECT_FALSE(std::filesystem::exists(path));
    made->reset();
  }
}

TEST(Listener, ReplacesAStaleUnixSocket) {
  const DeepFolder folder;
  {
    // What a killed process leaves: a bound file that nobody listens on.
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = folder.shallow();
    path.copy(address.sun_path, path.size());
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(socket);
  }
  SystemClock clock;
  Worker worker(clock);
  auto made = Listener::unix_socket(folder.shallow(), {&worker}, [](Worker&, std::unique_ptr<Stream>) {});
  EXPECT_TRUE(made.ok());
}

Task<void> connect_nowhere(Worker& worker, std::string path) {
  Result<std::unique_ptr<Stream>> made = co_await connect_unix(worker, path);
  EXPECT_FALSE(made.ok());
  EXPECT_NE(made.error().message.find(path), std::string::npos);
}

TEST(Listener, ConnectingToNoUnixSocketIsAnErrorThatNamesIt) {
  SystemClock clock;
  Worker worker(clock);
  worker.run_until_done(connect_nowhere(worker, "/nonexistent/control.sock"));
}

}  // namespace
}  // namespace omniroute::net
