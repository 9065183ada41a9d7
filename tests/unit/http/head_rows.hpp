#pragma once
#include <string>
#include <vector>

namespace omniroute::http {

/// One message head, and what is due to it. `text` may go on behind the head.
struct HeadRow {
  std::string name;
  std::string text;
  int status;  ///< 0: accepted
  std::string method = {};
  std::string path = {};
  std::string query = {};
};

const std::vector<HeadRow>& request_rows();

struct ResponseRow {
  std::string name;
  std::string text;
  bool accepted;
  int status = 0;
};

const std::vector<ResponseRow>& response_rows();

/// A chunked body; `data` is what it carries if it is sound.
struct ChunkRow {
  std::string name;
  std::string text;
  bool sound;
  std::string data = {};
};

const std::vector<ChunkRow>& chunk_rows();

}  // namespace omniroute::http
