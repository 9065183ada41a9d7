#pragma once
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "loopback.hpp"

namespace omniroute::net {

inline Task<Transfer> send(Stream& stream, std::string_view bytes, Tick deadline) {
  const std::array parts{bytes};
  const Transfer sent = co_await stream.write(parts, deadline);
  co_return sent;
}

/// What one read brings, as text; empty at a failure.
inline Task<std::string> receive(Stream& stream, Tick deadline) {
  std::array<char, 4096> buffer{};
  const Transfer got = co_await stream.read_some(buffer, deadline);
  co_return std::string(buffer.data(), got.bytes);
}

/// Reads `count` bytes.
inline Task<std::string> receive_all(Stream& stream, std::size_t count, Tick deadline) {
  std::string all;
  std::string buffer(64 * 1024, '\0');
  while (all.size() < count) {
    const Transfer got = co_await stream.read_some(buffer, deadline);
    if (got.failure) break;
    all.append(buffer, 0, got.bytes);
  }
  co_return all;
}

/// The promises every stream keeps; `near` and `far` are the two ends of one connection, which is used up.
inline Task<void> keeps_stream_contract(Worker& worker, Stream& near, Stream& far) {
  const Clock& clock = worker.clock();
  const Tick soon = clock.now() + std::chrono::seconds(5);

  const std::array<std::string_view, 4> parts{"one ", "", "two ", "three"};
  const Transfer sent = co_await near.write(parts, soon);
  EXPECT_FALSE(sent.failure);
  EXPECT_EQ(sent.bytes, 13u);
  const std::string got = co_await receive_all(far, 13, soon);
  EXPECT_EQ(got, "one two three");
  EXPECT_TRUE(far.quiet());

  std::array<char, 16> buffer{};
  const Tick before = clock.now();
  const Transfer late = co_await far.read_some(buffer, before + std::chrono::milliseconds(50));
  EXPECT_EQ(late.failure, Failure::timed_out);
  EXPECT_LT(clock.now() - before, std::chrono::milliseconds(1500));

  co_await send(far, "answer", soon);
  const std::string answer = co_await receive(near, soon);
  EXPECT_EQ(answer, "answer");

  co_await send(near, "unasked", soon);
  co_await worker.sleep_until(clock.now() + std::chrono::milliseconds(20));
  EXPECT_FALSE(far.quiet());
  const std::string unasked = co_await receive(far, soon);
  EXPECT_EQ(unasked, "unasked");

  near.close();
  near.close();
  const Transfer closed = co_await near.read_some(buffer, soon);
  EXPECT_EQ(closed.failure, Failure::cancelled);
  const Transfer write_closed = co_await send(near, "x", soon);
  EXPECT_EQ(write_closed.failure, Failure::cancelled);
  const Transfer ended = co_await far.read_some(buffer, soon);
  EXPECT_TRUE(ended.failure);
  EXPECT_NE(ended.failure, Failure::timed_out);
  EXPECT_FALSE(far.quiet());
}

}  // namespace omniroute::net
