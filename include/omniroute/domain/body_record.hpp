#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace omniroute::domain {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// The beginning of a body.
struct RecordedBody {
  std::string text;
  std::int64_t bytes = 0;  ///< of the whole body; `text` may be shorter by masks alone
  bool cut = false;        ///< the rest was left out
};

/// What one attempt said and heard.
struct RecordedAttempt {
  std::string provider;
  std::string model;
  std::string account_id;
  std::string url;  ///< without its query
  HeaderList sent_headers;
  RecordedBody sent;
  int status = 0;  ///< 0 = no answer came
  HeaderList answered_headers;
  RecordedBody answered;
};

/// What one request and its answer said: as received, as sent, as answered, as returned.
struct BodyRecord {
  std::string request_id;
  std::int64_t time_ms = 0;  ///< when it came in, Unix milliseconds
  std::string path;
  HeaderList received_headers;
  RecordedBody received;
  std::vector<RecordedAttempt> attempts;
  int status = 0;  ///< as the client saw it; 499 = it went away
  HeaderList returned_headers;
  RecordedBody returned;
};

}  // namespace omniroute::domain
