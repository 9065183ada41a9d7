#include "gathering_sink.hpp"

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

namespace omniroute::log {
namespace {

/// A console of which one message is one write.
class Console {
 public:
  Console() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends_.data()), 0); }
  ~Console() {
    ::close(ends_[0]);
    close();
  }
  void close() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  [[nodiscard]] int descriptor() const { return ends_[1]; }
  /// The bytes of the next write; waits for it. Empty at the end.
  std::string next() {
    std::string bytes(256 * 1024, '\0');
    const ssize_t count = ::recv(ends_[0], bytes.data(), bytes.size(), 0);
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

spdlog::logger logger_on(const Console& console) {
  spdlog::logger logger("test", std::make_shared<GatheringSink>(console.descriptor()));
  logger.set_pattern("%v");
  return logger;
}

TEST(GatheringSink, ALineThatNothingPrecededIsWrittenAtOnce) {
  Console console;
  spdlog::logger logger = logger_on(console);
  logger.info("first");
  EXPECT_EQ(console.next(), "first\n");
}

TEST(GatheringSink, LinesThatComeTogetherAreFewWritesAndKeepTheirOrder) {
  Console console;
  std::string wanted;
  {
    spdlog::logger logger = logger_on(console);
    for (int i = 0; i < 2'000; ++i) {
      logger.info("line {}", i);
      wanted += "line " + std::to_string(i) + "\n";
    }
  }
  console.close();
  std::string got;
  std::size_t writes = 0;
  for (std::string bytes = console.next(); !bytes.empty(); bytes = console.next()) {
    got += bytes;
    ++writes;
  }
  EXPECT_EQ(got, wanted);
  EXPECT_LT(writes, 200U);
}

TEST(GatheringSink, ALineThatNobodyFollowsIsWrittenAllTheSame) {
  Console console;
  spdlog::logger logger = logger_on(console);
  logger.info("first");
  logger.info("second");
  logger.info("third");
  std::string got;
  while (got.size() < std::string("first\nsecond\nthird\n").size()) got += console.next();
  EXPECT_EQ(got, "first\nsecond\nthird\n");
}

TEST(GatheringSink, AWarningTakesAlongWhatWaited) {
  Console console;
  spdlog::logger logger = logger_on(console);
  logger.info("first");
  EXPECT_EQ(console.next(), "first\n");
  logger.info("second");
  logger.warn("third");
  std::string got = console.next();
  if (got == "second\n") got += console.next();  // the clock had moved on by itself
  EXPECT_EQ(got, "second\nthird\n");
}

TEST(GatheringSink, AConsoleThatIsGoneStopsNobody) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ::close(ends[1]);
  spdlog::logger logger("test", std::make_shared<GatheringSink>(ends[1]));
  for (int i = 0; i < 1'000; ++i) logger.info("nobody reads this");
  logger.flush();
  ::close(ends[0]);
}

}  // namespace
}  // namespace omniroute::log
