// What a client asks of DAP's aggregators, and what it makes of their answers.
#include "report/dap_client.h"

#include "test.h"
#include "weekly_task.h"

namespace {

using namespace kindgate;
using namespace kindgate::report;
using Kind = UploadVerdict::Kind;
using Numbers = std::vector<std::uint64_t>;

ReportId const id{1, 2, 3};

HttpReply errors(std::vector<RefusedReport> const& refused, unsigned status = 200) {
    return {status, {{"content-type", "application/ppm-dap;message=upload-errors"}}, encode_upload_errors(refused)};
}

HttpReply configs(std::string cache_control, std::string type = "application/ppm-dap;message=hpke-config-list") {
    auto const key = crypto::AgreementKey::at_random(crypto::Curve::x25519);
    auto const config = hpke_config(7, {crypto::Curve::x25519, crypto::Aead::aes_128_gcm}, key.public_key());
    return {
        200, {{"Content-Type", std::move(type)}, {"Cache-Control", std::move(cache_control)}}, encode({&config, 1})};
}

constexpr test::Test tests[] = {
    {"each VDAF says an answer in its own way, or not at all",
     [] {
         struct Case {
             Vdaf vdaf;
             std::size_t answer;
             std::size_t answers;
             std::optional<Numbers> said;
         };
         for (auto const& [vdaf, answer, answers, said] :
              {Case{{VdafType::histogram, 5, 0, 2}, 3, 5, Numbers{3}}, Case{{VdafType::histogram, 5, 0, 2}, 3, 4, {}},
               Case{{VdafType::count, 0, 0, 0}, 1, 2, Numbers{1}}, Case{{VdafType::count, 0, 0, 0}, 1, 3, {}},
               Case{{VdafType::sum, 0, 1, 0}, 1, 2, Numbers{1}}, Case{{VdafType::sum, 0, 5, 0}, 1, 2, {}},
               Case{{VdafType::sum_vec, 3, 1, 2}, 2, 3, Numbers{0, 0, 1}}, Case{{VdafType::sum_vec, 4, 1, 2}, 2, 3, {}},
               Case{{VdafType::multihot_count_vec, 3, 1, 2}, 0, 3, Numbers{1, 0, 0}}}) {
             auto const made = measurement(VdafConfig::of(vdaf), answer, answers);
             test::equal(made.ok(), said.has_value(), text(vdaf.type));
             if (said) test::check(*made == *said, text(vdaf.type));
             if (!said) test::contains(made.error().message(), "ask the task's author");
         }
         test::check(!measurement(VdafConfig::of({VdafType::histogram, 5, 0, 2}), 5, 5).ok(), "an answer there isn't");
     }},
    {"requests go where the task says",
     [] {
         auto task = test::weekly_task();
         test::equal(config_request("https://a.example").url, "https://a.example/hpke_config", "no slash");
         test::equal(config_request("https://a.example/dap/").url, "https://a.example/dap/hpke_config", "a slash");
         auto const upload = upload_request(task, Bytes{1, 2});
         test::equal(upload.url, "https://leader.example/tasks/" + base64url_unpadded(task.id()) + "/reports", "url");
         test::equal(upload.method, "POST", "method");
         test::check(upload.body == Bytes{1, 2}, "body");
         test::check(test::value(read_taskprov_header(field(upload.fields, "DAP-Taskprov"))) == task, "the task");
     }},
    {"keys are used as long as their server says, within reason",
     [] {
         using std::chrono::seconds;
         for (auto const& [said, used] : {std::pair{"max-age=3600", 3600},
                                          {"public, max-age=600", 600},
                                          {"", 60},
                                          {"no-store", 60},
                                          {"max-age=x", 60},
                                          {"max-age=1", 60},
                                          {"max-age=99999999999999999999", 60},
                                          {"max-age=9999999", 86400}})
             test::equal(test::value(read_configs(configs(said))).good_for.count(), used, said);
     }},
    {"what are no keys is told and is no reason to give up",
     [] {
         for (auto const& wrong : {HttpReply{500}, HttpReply{200}, configs("", "text/html"),
                                   HttpReply{200, configs("").fields, {1, 2, 3}}}) {
             auto const read = read_configs(wrong);
             test::check(!read.ok() && read.error().code() == ErrorCode::unavailable, "unavailable");
         }
     }},
    {"an upload is taken, refused, sealed too early, or may be taken later",
     [] {
         struct Case {
             HttpReply reply;
             Kind kind;
         };
         auto const refused = [](ReportError error) { return errors({{id, error}}); };
         for (auto const& [reply, kind] :
              {Case{HttpReply{200}, Kind::taken}, Case{HttpReply{201}, Kind::taken},
               Case{refused(ReportError::report_replayed), Kind::taken},
               Case{refused(ReportError::outdated_config), Kind::sealed_old},
               Case{refused(ReportError::hpke_unknown_config_id), Kind::sealed_old},
               Case{refused(ReportError::batch_collected), Kind::refused},
               Case{refused(static_cast<ReportError>(200)), Kind::refused},
               Case{refused(ReportError::report_too_early), Kind::later},
               Case{refused(ReportError::task_not_started), Kind::later}, Case{HttpReply{503}, Kind::later},
               Case{HttpReply{302}, Kind::later}, Case{HttpReply{200, {}, {1}}, Kind::later},
               Case{errors({{ReportId{9}, ReportError::report_dropped}}), Kind::later},
               Case{errors({{id, ReportError::report_dropped}, {id, ReportError::report_dropped}}), Kind::later},
               Case{errors({{id, ReportError::report_dropped}}, 400), Kind::later}}) {
             auto const verdict = read_upload(reply, id);
             test::check(verdict.kind == kind, verdict.note);
         }
     }},
};

}  // namespace

int main() {
    return test::run("report/dap_client", tests);
}
