#include "report/upload.h"

#include "vectors.h"

namespace {

using namespace kindgate;
using namespace kindgate::report;

constexpr test::Test tests[] = {
    {"every error has its number, its name and words",
     [] {
         struct Case {
             unsigned number;
             std::string_view begins;
         };
         for (auto const& [number, begins] : {
                  Case{0, "unknown (0): "},
                  Case{1, "batch_collected (1): "},
                  Case{2, "report_replayed (2): "},
                  Case{3, "report_dropped (3): "},
                  Case{4, "hpke_unknown_config_id (4): "},
                  Case{5, "hpke_decrypt_error (5): "},
                  Case{6, "vdaf_verify_error (6): "},
                  Case{7, "task_expired (7): "},
                  Case{8, "invalid_message (8): "},
                  Case{9, "report_too_early (9): "},
                  Case{10, "task_not_started (10): "},
                  Case{11, "outdated_config (11): "},
                  Case{12, "unknown (12): "},
                  Case{255, "unknown (255): "},
              }) {
             ReportError const error{static_cast<std::uint8_t>(number)};
             test::check(text(error).starts_with(begins) && text(error).size() > begins.size() + 10, text(error));
             test::equal(wants_new_configs(error), number == 4 || number == 11, text(error));
         }
     }},
    {"upload errors are read and written, each of 17 octets",
     [] {
         std::vector<RefusedReport> const refused{{ReportId{1}, ReportError::outdated_config},
                                                  {ReportId{2}, ReportError{200}}};
         auto bytes = encode_upload_errors(refused);
         test::equal(bytes.size(), 34U, "octets");
         test::equal(hex(ByteView{bytes}.first(17)), "010000000000000000000000000000000b", "the first");
         test::check(test::value(decode_upload_errors(bytes)) == refused, "there and back");
         test::check(test::value(decode_upload_errors({})).empty(), "none");
         bytes.pop_back();
         test::check(!decode_upload_errors(bytes).ok(), "cut");
     }},
};

}  // namespace

int main() {
    return test::run("report/upload", tests);
}
