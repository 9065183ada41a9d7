#include "event_splitter.hpp"

#include <gtest/gtest.h>

namespace omniroute::pipeline {
namespace {

struct Row {
  const char* name;
  std::string stream;
  std::string whole;  // what may be shown
};

const Row rows[] = {
    {"lf", "data: a\n\ndata: b\n\ndata: c", "data: a\n\ndata: b\n\n"},
    {"crlf", "data: a\r\n\r\ndata: b\r\n\r\ndata: c\r\n", "data: a\r\n\r\ndata: b\r\n\r\n"},
    {"cr", "data: a\r\rdata: b\r\rdata", "data: a\r\rdata: b\r\r"},
    {"comment", ": ping\n\ndata: a\n\n", ": ping\n\ndata: a\n\n"},
    {"named", "event: x\ndata: {}\n\nevent: y\n", "event: x\ndata: {}\n\n"},
    {"nothing whole", "data: never closed", ""},
};

TEST(EventSplitter, ShowsOnlyWholeEventsHoweverTheBytesAreCut) {
  for (const Row& row : rows) {
    for (std::size_t step = 1; step <= row.stream.size(); ++step) {
      EventSplitter splitter;
      std::string shown;
      for (std::size_t at = 0; at < row.stream.size(); at += step) shown += splitter.feed(std::string_view(row.stream).substr(at, step));
      EXPECT_EQ(shown, row.whole) << row.name << " in steps of " << step;
      EXPECT_EQ(shown + std::string(splitter.tail()), row.stream) << row.name;
    }
  }
}

TEST(EventSplitter, FindsTheFirstEvent) {
  EXPECT_EQ(EventSplitter::first_event("data: a\n\ndata: b\n\n"), 9u);
  EXPECT_EQ(EventSplitter::first_event("data: a\r\n\r\ndata: b"), 11u);
  EXPECT_EQ(EventSplitter::first_event("data: a\r\r"), 9u);
  EXPECT_EQ(EventSplitter::first_event("data: a\n"), 0u);
  EXPECT_EQ(EventSplitter::first_event(""), 0u);
}

}  // namespace
}  // namespace omniroute::pipeline
