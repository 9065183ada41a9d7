#include "memory_reply.hpp"

namespace omniroute::app {

Task<Status> MemoryReply::send(int status, std::span<const http::Header> /*headers*/, std::string_view body) {
  status_ = status;
  body_ = body;
  ended_ = true;
  co_return Status();
}

Task<Status> MemoryReply::begin(int status, std::span<const http::Header> /*headers*/) {
  status_ = status;
  co_return Status();
}

Task<Status> MemoryReply::push(std::string_view piece) {
  body_ += piece;
  co_return Status();
}

Task<Status> MemoryReply::end() {
  ended_ = true;
  co_return Status();
}

}  // namespace omniroute::app
