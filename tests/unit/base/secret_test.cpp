#include "omniroute/base/secret.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <string>
#include <type_traits>
#include <vector>

namespace omniroute {
namespace {

static_assert(std::is_nothrow_move_constructible_v<Secret> && std::is_nothrow_move_assignable_v<Secret>);

const std::string long_text = "sk-a-secret-that-needs-memory-of-its-own-0123456789";
const std::string short_text = "sk-short-4711";  // lies inside the string itself

/// Whether the object's own bytes hold the text.
bool holds(const Secret& secret, const std::string& text) {
  std::vector<char> bytes(sizeof secret);
  std::memcpy(bytes.data(), static_cast<const void*>(&secret), sizeof secret);
  return std::search(bytes.begin(), bytes.end(), text.begin(), text.end()) != bytes.end();
}

TEST(Secret, IsTakenAlongByAMove) {
  for (const std::string& text : {short_text, long_text}) {
    Secret first{text};
    const char* where = first.reveal().data();
    Secret second{std::move(first)};
    EXPECT_EQ(second.reveal(), text);
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is the question
    EXPECT_FALSE(holds(first, text));
    if (text.size() > short_text.size()) EXPECT_EQ(second.reveal().data(), where) << "copied, and not moved";
    Secret third{std::string("another")};
    third = std::move(second);
    EXPECT_EQ(third.reveal(), text);
    EXPECT_FALSE(holds(second, text));  // NOLINT(bugprone-use-after-move)
  }
}

TEST(Secret, IsCopiedWhole) {
  const Secret first{long_text};
  Secret second = first;
  EXPECT_EQ(second.reveal(), first.reveal());
  second = Secret{short_text};
  EXPECT_EQ(second.reveal(), short_text);
  second = first;
  EXPECT_EQ(second.reveal(), long_text);
}

TEST(Secret, LeavesNothingWhereItStood) {
  alignas(Secret) std::byte room[sizeof(Secret)];
  auto* secret = new (room) Secret{short_text};
  ASSERT_TRUE(holds(*secret, short_text)) << "the test would see nothing";
  secret->~Secret();
  const auto* bytes = reinterpret_cast<const char*>(room);
  EXPECT_EQ(std::search(bytes, bytes + sizeof room, short_text.begin(), short_text.end()), bytes + sizeof room);
}

TEST(Secret, HintsAtItsEndOnlyIfLong) {
  EXPECT_EQ(Secret{short_text}.hint(), "…4711");
  EXPECT_EQ(Secret{std::string("elevenchars")}.hint(), "…");
}

}  // namespace
}  // namespace omniroute
