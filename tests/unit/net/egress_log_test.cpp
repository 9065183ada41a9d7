#include "omniroute/net/egress_log.hpp"

#include <gtest/gtest.h>

namespace omniroute::net {
namespace {

using State = EgressEntry::State;
using std::chrono::milliseconds;

EgressEntry entry_to(std::string host, State state = State::open) {
  EgressEntry entry;
  entry.host = std::move(host);
  entry.state = state;
  return entry;
}

TEST(EgressLog, KeepsTheNewest) {
  EgressLog log;
  for (std::size_t i = 0; i < EgressLog::kept + 10; ++i) EXPECT_EQ(log.note(entry_to("h")), i + 1);
  const std::vector<EgressEntry> entries = log.read();
  ASSERT_EQ(entries.size(), EgressLog::kept);
  EXPECT_EQ(entries.front().id, EgressLog::kept + 10);
  EXPECT_EQ(entries.back().id, 11U);
  EXPECT_EQ(log.counts().tries, EgressLog::kept + 10);
}

TEST(EgressLog, TellsWhatWentThroughAConnection) {
  EgressLog log;
  const std::uint64_t first = log.note(entry_to("a"));
  log.note(entry_to("b", State::refused));
  log.note(entry_to("c", State::failed));
  log.closed(first, 10, 20, milliseconds(30));
  log.closed(99, 1, 1, milliseconds(1));
  const std::vector<EgressEntry> entries = log.read();
  EXPECT_EQ(entries[2].state, State::closed);
  EXPECT_EQ(entries[2].received, 20U);
  EXPECT_EQ(entries[2].lasted, milliseconds(30));
  EXPECT_FALSE(entries[1].lasted);
  EXPECT_EQ(log.counts().refused, 1U);
  EXPECT_EQ(log.counts().failed, 1U);
}

TEST(EgressLog, TellsChangesOnce) {
  EgressLog log;
  const std::uint64_t first = log.note(entry_to("a"));
  log.note(entry_to("b"));
  EXPECT_EQ(log.take_changes().entries.size(), 2U);
  EXPECT_TRUE(log.take_changes().entries.empty());
  log.closed(first, 1, 1, milliseconds(1));
  const EgressLog::Changes changes = log.take_changes();
  ASSERT_EQ(changes.entries.size(), 1U);
  EXPECT_EQ(changes.entries[0].state, State::closed);
  log.clear();
  EXPECT_TRUE(log.take_changes().cleared);
  EXPECT_TRUE(log.read().empty());
  EXPECT_EQ(log.note(entry_to("c")), 3U);
}

TEST(EgressLog, GoesOnWhereAnEarlierRunEnded) {
  EgressEntry open = entry_to("open");
  open.id = 7;
  EgressEntry refused = entry_to("refused", State::refused);
  refused.id = 9;
  EgressLog log;
  log.restore({open, refused});
  EXPECT_EQ(log.note(entry_to("new")), 10U);
  log.closed(9, 1, 1, milliseconds(1));
  const std::vector<EgressEntry> entries = log.read();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[2].state, State::closed) << "what was open then is not open now";
  EXPECT_EQ(entries[1].host, "refused");
}

TEST(EgressLog, KnowsItsWords) {
  for (const State state : {State::refused, State::failed, State::open, State::closed})
    EXPECT_EQ(parse_egress_state(to_string(state)), state);
  EXPECT_FALSE(parse_egress_state("ok"));
}

}  // namespace
}  // namespace omniroute::net
