// For clients that take no gzip: Beast's inflate, which needs no library.
#include <boost/beast/zlib/inflate_stream.hpp>

#include "pages/asset.hpp"

namespace omniroute::api {
namespace {

constexpr std::size_t head = 10;  // RFC 1952, 2.3: no name, no comment (gzip -n)
constexpr std::size_t tail = 8;   // CRC-32 and size

}  // namespace

std::string unpack(std::string_view gzip, std::size_t size) {
  if (gzip.size() < head + tail || gzip[3] != 0) return {};
  namespace zlib = boost::beast::zlib;
  std::string plain(size, '\0');
  zlib::inflate_stream inflate;
  inflate.reset(15);
  zlib::z_params stream;
  stream.next_in = gzip.data() + head;
  stream.avail_in = gzip.size() - head - tail;
  stream.next_out = plain.data();
  stream.avail_out = plain.size();
  boost::beast::error_code failure;
  inflate.write(stream, zlib::Flush::finish, failure);
  if (stream.avail_out != 0) return {};
  return plain;
}

}  // namespace omniroute::api
