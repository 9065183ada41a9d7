#include "head_rows.hpp"

namespace omniroute::http {
namespace {

using std::string;

string with(const string& fields) { return "POST /x HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"; }
string line(const string& request_line) { return request_line + "\r\nHost: h\r\n\r\n"; }
string host(const string& fields) { return "GET / HTTP/1.1\r\n" + fields + "\r\n"; }
string answer(const string& fields) { return "HTTP/1.1 200 OK\r\n" + fields + "\r\n"; }

void add_accepted(std::vector<HeadRow>& rows) {
  rows.push_back({"plain", line("GET / HTTP/1.1"), 0, "GET", "/", ""});
  rows.push_back({"query", line("GET /a/b?c=d&e=%20?f HTTP/1.1"), 0, "GET", "/a/b", "c=d&e=%20?f"});
  rows.push_back({"empty query", line("GET /a? HTTP/1.1"), 0, "GET", "/a", ""});
  rows.push_back({"gemini's colon", line("POST /v1beta/models/g-2.5:generateContent HTTP/1.1"), 0, "POST",
                  "/v1beta/models/g-2.5:generateContent", ""});
  rows.push_back({"unknown method", line("FROBNICATE / HTTP/1.1"), 0, "FROBNICATE", "/", ""});
  rows.push_back({"http 1.0", "GET / HTTP/1.0\r\n\r\n", 0, "GET", "/", ""});
  rows.push_back({"http 1.0 with host", line("GET / HTTP/1.0"), 0, "GET", "/", ""});
  rows.push_back({"asterisk", line("OPTIONS * HTTP/1.1"), 0, "OPTIONS", "*", ""});
  rows.push_back({"absolute", line("GET http://h/p?q HTTP/1.1"), 0, "GET", "/p", "q"});
  rows.push_back({"absolute, other case", line("GET HTTP://H/p HTTP/1.1"), 0, "GET", "/p", ""});
  rows.push_back({"absolute without path", line("GET http://h HTTP/1.1"), 0, "GET", "/", ""});
  rows.push_back({"absolute with query alone", line("GET http://h?q=1 HTTP/1.1"), 0, "GET", "/", "q=1"});
  rows.push_back({"leading empty line", "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 0, "GET", "/", ""});
  rows.push_back({"odd case and tabs", "GET / HTTP/1.1\r\nhOsT:\th \t\r\ncOnNeCtIoN: ClOsE\r\n\r\n", 0, "GET", "/", ""});
  rows.push_back({"all token characters", with("!#$%&'*+-.^_`|~09aZ: ok\r\n"), 0, "POST", "/x", ""});
  rows.push_back({"empty values", with("X-Empty:\r\nX-Blank:   \r\n"), 0, "POST", "/x", ""});
  rows.push_back({"obs-text in a value", with("X-A: \xff\xfe\r\n"), 0, "POST", "/x", ""});
  rows.push_back({"length", with("Content-Length: 5\r\n"), 0, "POST", "/x", ""});
  rows.push_back({"length with zeros", with("Content-Length: 0005\r\n"), 0, "POST", "/x", ""});
  rows.push_back({"length zero", with("Content-Length: 0\r\n"), 0, "POST", "/x", ""});
  rows.push_back({"chunked", with("Transfer-Encoding: chunked\r\n"), 0, "POST", "/x", ""});
  rows.push_back({"chunked, other case", with("Transfer-Encoding: \tChUnKeD \r\n"), 0, "POST", "/x", ""});
  rows.push_back({"expect", with("Expect: 100-Continue\r\nContent-Length: 5\r\n"), 0, "POST", "/x", ""});
  rows.push_back({"empty words in connection", with("Connection: ,, x ,\r\n"), 0, "POST", "/x", ""});
  for (const char* good :
       {"localhost", "localhost:20128", "127.0.0.1:1", "[::1]", "[::1]:20128", "a-b.example_c~d", "h:", "h:65535", "[::ffff:1.2.3.4]"})
    rows.push_back({string("host ") + good, host(string("Host: ") + good + "\r\n"), 0, "GET", "/", ""});
}

void add_bad_lines(std::vector<HeadRow>& rows) {
  for (const char* bad : {"GET /",
                          "GET HTTP/1.1",
                          "GET  HTTP/1.1",
                          "GET",
                          "GET   /   HTTP/1.1",
                          "GET\t/\tHTTP/1.1",
                          "GET / HTTP/1.1 ",
                          "GET / HTTP/1.1 x",
                          " GET / HTTP/1.1",
                          "\tGET / HTTP/1.1",
                          "GET / x HTTP/1.1",
                          "GET / http/1.1",
                          "GET / HTTP/1",
                          "GET / HTTP/1.10",
                          "GET / HTTP/11",
                          "GET / HTTP/1,1",
                          "GET / HTTP/+1.1",
                          "GET / HTTP/a.b",
                          "GET / RTSP/1.0",
                          "GET /\rHTTP/1.1",
                          "GET /a\rb HTTP/1.1",
                          "GET\x0b/ HTTP/1.1",
                          "GET\xa0/ HTTP/1.1",
                          "GET /\x7f HTTP/1.1",
                          "GET /\x1b[2J HTTP/1.1",
                          "GET foo HTTP/1.1",
                          "GET .. HTTP/1.1",
                          "GET ? HTTP/1.1",
                          "GET * HTTP/1.1",
                          "GET example.com:80 HTTP/1.1",
                          "GET \\ HTTP/1.1",
                          "GET http:///x HTTP/1.1",
                          "GET ://x/ HTTP/1.1",
                          "GET /#f HTTP/1.1",
                          "GET /\xff HTTP/1.1",
                          "GET ftp://h/ HTTP/1.1",
                          "GET http://u@h/ HTTP/1.1",
                          "GET http://other/ HTTP/1.1",
                          "GET https://other/ HTTP/1.1",
                          "GET http://h:1/ HTTP/1.1",
                          "GE(T / HTTP/1.1",
                          "G\"ET / HTTP/1.1",
                          "GE/T / HTTP/1.1",
                          "GET: / HTTP/1.1",
                          "G@T / HTTP/1.1",
                          "G\xc9T / HTTP/1.1",
                          " / HTTP/1.1",
                          "\x16\x03\x01",
                          "\xef\xbb\xbfGET / HTTP/1.1"})
    rows.push_back({string("line ") + bad, line(bad), 400});
  rows.push_back({"nul in the target", line(string("GET /\0 HTTP/1.1", 15)), 400});
  for (const char* newer : {"GET / HTTP/2.0", "GET / HTTP/0.9", "GET / HTTP/1.2", "PRI * HTTP/2.0"})
    rows.push_back({string("version ") + newer, line(newer), 505});
  for (const char* never : {"CONNECT h:443 HTTP/1.1", "TRACE / HTTP/1.1", "TRACK / HTTP/1.1"})
    rows.push_back({string("method ") + never, line(never), 501});
  rows.push_back({"two leading empty lines", "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400});
  rows.push_back({"bare lf", "GET / HTTP/1.1\nHost: h\n\n", 400});
  rows.push_back({"bare lf ends a field", "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", 400});
  rows.push_back({"bare lf ends the head", "GET / HTTP/1.1\r\nHost: h\r\n\n", 400});
  rows.push_back({"cr cr lf", "GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", 400});
  rows.push_back({"cr cr lf ends the head", "GET / HTTP/1.1\r\nHost: h\r\n\r\r\n", 400});
  rows.push_back({"cr without lf", "GET / HTTP/1.1\r\nHost: h\r\n\rZ", 400});
  rows.push_back({"long line", line("GET /" + string(9000, 'a') + " HTTP/1.1"), 414});
  rows.push_back({"long line without end", string(9000, 'A'), 414});
}

void add_bad_fields(std::vector<HeadRow>& rows) {
  for (const char* bad : {"X-A b\r\n",
                          "Garbage\r\n",
                          ": b\r\n",
                          ":\r\n",
                          "X-A : b\r\n",
                          "X-A\t: b\r\n",
                          "X A: b\r\n",
                          "X-A: b\r\n c\r\n",
                          "X-A: b\r\n\tc\r\n",
                          "X-A: b\r\n \r\n",
                          "Transfer-Encoding:\r\n chunked\r\n",
                          "X\x7f: b\r\n",
                          "Content-Length\xa0: 5\r\n",
                          "X-Invalid[]: b\r\n",
                          "X-A: va\rlue\r\n",
                          "X-A: b\nX-B: c\r\n",
                          "X-A: b\x01"
                          "c\r\n",
                          "X-A: b\x7f"
                          "c\r\n",
                          "X-A: b\x0b"
                          "c\r\n",
                          "X(A: b\r\n",
                          "X@A: b\r\n",
                          "X=A: b\r\n"})
    rows.push_back({string("field ") + bad, with(bad), 400});
  rows.push_back({"nul in a value", with(string("X-A: b\0c\r\n", 10)), 400});
  rows.push_back({"folded first line", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400});
  string many;
  for (int i = 0; i < 101; ++i) many += "X-" + std::to_string(i) + ": v\r\n";
  rows.push_back({"too many fields", with(many), 431});
  rows.push_back({"one large field", with("X-A: " + string(40'000, 'a') + "\r\n"), 431});
  rows.push_back({"large field without end", "GET / HTTP/1.1\r\nX-A: " + string(40'000, 'a'), 431});
  for (const char* bad : {"",
                          "Host: h\r\nHost: h\r\n",
                          "Host: h\r\nHost: evil\r\n",
                          "Host:\r\n",
                          "Host: h, evil\r\n",
                          "Host: a b\r\n",
                          "Host: x@h\r\n",
                          "Host: h/x\r\n",
                          "Host: h:http\r\n",
                          "Host: h:-1\r\n",
                          "Host: h:99999999999\r\n",
                          "Host: h:80:80\r\n",
                          "Host: [::1\r\n",
                          "Host: [::1]x\r\n",
                          "Host: \"h\"\r\n",
                          "Host: http://h\r\n",
                          "Host: h\\evil\r\n",
                          "Host: \xff\r\n",
                          "Host: h\tx\r\n",
                          "Host: [1]\r\n",
                          "Host: :80\r\n"})
    rows.push_back({string("host ") + bad, host(bad), 400});
  rows.push_back({"long host", host("Host: " + string(9000, 'a') + "\r\n"), 400});
  rows.push_back({"junk in connection", with("Connection: \",,;;\r\n"), 400});
  rows.push_back({"unknown expectation", with("Expect: 200-ok\r\n"), 417});
}

void add_bad_framing(std::vector<HeadRow>& rows) {
  for (const char* bad : {"-1",   "+5", "0x5", "1_0", "abc",  "5x",    "5;",       "5.0", "5e0", "",     "5, 6",
                          "5, 5", ",5", "5,",  "5 5", "5\t5", "\"5\"", "\xd9\xa5", "-0",  "[5]", "5'000"})
    rows.push_back({string("length ") + bad, with(string("Content-Length: ") + bad + "\r\n"), 400});
  for (const char* bad : {"9223372036854775808", "18446744073709551616", "340282366920938463463374607431768211461"})
    rows.push_back({string("length ") + bad, with(string("Content-Length: ") + bad + "\r\n"), 413});
  rows.push_back({"two lengths", with("Content-Length: 5\r\nContent-Length: 6\r\n"), 400});
  rows.push_back({"two equal lengths", with("Content-Length: 5\r\ncontent-length: 5\r\n"), 400});
  for (const char* bad :
       {"gzip", "identity", "chunkedx", "gzip, chunked", "chunked, gzip", "chunked, chunked", "chunked;", "\"chunked\"", "", "chun ked",
        "\xa0"
        "chunked",
        ",chunked", "chunked,", "=chunked"}) {
    rows.push_back({string("encoding ") + bad, with(string("Transfer-Encoding: ") + bad + "\r\n"), 501});
    rows.push_back({string("encoding with length ") + bad, with(string("Transfer-Encoding: ") + bad + "\r\nContent-Length: 5\r\n"), 400});
    rows.push_back({string("length with encoding ") + bad, with(string("Content-Length: 5\r\nTransfer-Encoding: ") + bad + "\r\n"), 400});
  }
  rows.push_back({"chunked with length", with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400});
  rows.push_back({"chunked with length zero", with("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"), 400});
  rows.push_back({"two encodings", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), 400});
  rows.push_back({"chunked twice", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400});
  rows.push_back({"chunked in http 1.0", "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", 400});
}

}  // namespace

const std::vector<HeadRow>& request_rows() {
  static const std::vector<HeadRow> all = [] {
    std::vector<HeadRow> rows;
    add_accepted(rows);
    add_bad_lines(rows);
    add_bad_fields(rows);
    add_bad_framing(rows);
    return rows;
  }();
  return all;
}

const std::vector<ResponseRow>& response_rows() {
  static const std::vector<ResponseRow> all{
      {"plain", answer("Content-Length: 2\r\n"), true, 200},
      {"no phrase", "HTTP/1.1 200\r\n\r\n", true, 200},
      {"empty phrase", "HTTP/1.1 204 \r\n\r\n", true, 204},
      {"long phrase", "HTTP/1.1 429 Too Many Requests, \xc3\xa9\r\n\r\n", true, 429},
      {"http 1.0", "HTTP/1.0 200 OK\r\n\r\n", true, 200},
      {"interim", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", true, 103},
      {"chunked", answer("Transfer-Encoding: chunked\r\n"), true, 200},
      {"not http", "SSH-2.0-x\r\n\r\n", false},
      {"lower case", "http/1.1 200 OK\r\n\r\n", false},
      {"http 2", "HTTP/2.0 200 OK\r\n\r\n", false},
      {"two digits", "HTTP/1.1 20 OK\r\n\r\n", false},
      {"four digits", "HTTP/1.1 2000 OK\r\n\r\n", false},
      {"status 000", "HTTP/1.1 000 OK\r\n\r\n", false},
      {"status 999", "HTTP/1.1 999 OK\r\n\r\n", false},
      {"letters", "HTTP/1.1 2x0 OK\r\n\r\n", false},
      {"no status", "HTTP/1.1\r\n\r\n", false},
      {"leading empty line", "\r\nHTTP/1.1 200 OK\r\n\r\n", false},
      {"bare lf", "HTTP/1.1 200 OK\nContent-Length: 2\n\n", false},
      {"nul in a value", string("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", 28), false},
      {"no colon", answer("this is no header\r\n"), false},
      {"fold", answer("X: a\r\n b\r\n"), false},
      {"length and encoding", answer("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), false},
      {"two lengths", answer("Content-Length: 5\r\nContent-Length: 6\r\n"), false},
      {"negative length", answer("Content-Length: -1\r\n"), false},
      {"length beyond bounds", answer("Content-Length: 18446744073709551615\r\n"), false},
      {"gzip encoding", answer("Transfer-Encoding: gzip, chunked\r\n"), false},
      {"encoding in http 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", false},
      {"large field", answer("X: " + string(70'000, 'a') + "\r\n"), false},
      {"endless line", string(40'000, 'H'), false},
  };
  return all;
}

const std::vector<ChunkRow>& chunk_rows() {
  static const std::vector<ChunkRow> all{
      {"one", "5\r\nAAAAA\r\n0\r\n\r\n", true, "AAAAA"},
      {"several", "5\r\nAAAAA\r\nA\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n", true, "AAAAA0123456789x"},
      {"none", "0\r\n\r\n", true, ""},
      {"zeros", "0005\r\nAAAAA\r\n000\r\n\r\n", true, "AAAAA"},
      {"case", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", true, "01234567890123456789"},
      {"line ends in data", "4\r\n\r\n\r\n\r\n0\r\n\r\n", true, "\r\n\r\n"},
      {"extension", "5;a=b\r\nAAAAA\r\n0;c\r\n\r\n", true, "AAAAA"},
      {"extensions", "5;a=b;c=\"d;\\\"e\";f\r\nAAAAA\r\n0\r\n\r\n", true, "AAAAA"},
      {"extension with blanks", "5 ; a = b ;c\r\nAAAAA\r\n0\r\n\r\n", true, "AAAAA"},
      {"trailers", "5\r\nAAAAA\r\n0\r\nX-T: a\r\nY:\r\n\r\n", true, "AAAAA"},
      {"empty size", "\r\nAAAAA\r\n0\r\n\r\n", false},
      {"hex prefix", "0x5\r\nAAAAA\r\n0\r\n\r\n", false},
      {"plus", "+5\r\nAAAAA\r\n0\r\n\r\n", false},
      {"minus", "-5\r\nAAAAA\r\n0\r\n\r\n", false},
      {"underscore", "0_5\r\nAAAAA\r\n0\r\n\r\n", false},
      {"leading blank", " 5\r\nAAAAA\r\n0\r\n\r\n", false},
      {"trailing blank", "5 \r\nAAAAA\r\n0\r\n\r\n", false},
      {"junk", "5these\r\nAAAAA\r\n0\r\n\r\n", false},
      {"wraps 64 bits", "10000000000000005\r\nAAAAA\r\n0\r\n\r\n", false},
      {"all ones", "ffffffffffffffff\r\nAAAAA\r\n0\r\n\r\n", false},
      {"many zeros", string(5000, '0') + "5\r\nAAAAA\r\n0\r\n\r\n", false},
      {"lf after size", "5\nAAAAA\r\n0\r\n\r\n", false},
      {"lf after data", "5\r\nAAAAA\n0\r\n\r\n", false},
      {"cr after size", "5\rAAAAA\r\n0\r\n\r\n", false},
      {"nothing after data", "5\r\nAAAAA0\r\n\r\n", false},
      {"data too long", "3\r\nAAAAA\r\n0\r\n\r\n", false},
      {"lf at the end", "5\r\nAAAAA\r\n0\r\n\n", false},
      {"extension with lf", "5;a=b\nAAAAA\r\n0\r\n\r\n", false},
      {"extension without name", "5;@=b\r\nAAAAA\r\n0\r\n\r\n", false},
      {"extension with open quote", "5;a=\"b\r\nAAAAA\r\n0\r\n\r\n", false},
      {"extension with nul", string("5;a\0=b\r\nAAAAA\r\n0\r\n\r\n", 21), false},
      {"long extension", "5;a=" + string(20'000, 'b') + "\r\nAAAAA\r\n0\r\n\r\n", false},
      {"trailer without colon", "0\r\ngarbage\r\n\r\n", false},
      {"trailer without name", "0\r\n: x\r\n\r\n", false},
      {"trailer with blank name", "0\r\nX : a\r\n\r\n", false},
      {"folded trailer", "0\r\nX: a\r\n b\r\n\r\n", false},
      {"trailer with lf", "0\r\nX: a\n\r\n", false},
      {"trailer with cr", "0\r\nX: a\rb\r\n\r\n", false},
      {"long trailer", "0\r\nX: " + string(70'000, 'a') + "\r\n\r\n", false},
      {"many trailers",
       [] {
         string text = "0\r\n";
         for (int i = 0; i < 21; ++i) text += "X: a\r\n";
         return text + "\r\n";
       }(),
       false},
  };
  return all;
}

}  // namespace omniroute::http
