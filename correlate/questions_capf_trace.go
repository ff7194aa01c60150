package correlate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// capfRun is one session of the phone with CAPF, as the CAPF trace tells it.
type capfRun struct {
	ev       []*entry
	at       instant
	input    string
	from, to int // lines
	auth     *entry
	progress *entry
	key      *entry // the phone's new key arrived
	cert     *entry // CAPF signed
	stored   *entry // the phone stored its LSC
	code     string // result code in decimal, "" when none is printed
	codeBy   *entry
	seconds  float64 // of making the key
}

// capfCodes are the result codes of CAPF by number, with their names in traces
// and their words on the phone's page (Troubleshooting Guide 12.5).
var capfCodes = map[string]struct{ name, words string }{
	"0": {"SUCCESS", "success"}, "1": {"FETCH_SUCCESS_BUT_NO_CERT", "fetched, but the phone has no certificate"}, "2": {"FAIL", "failed"},
	"3": {"INVALID_AUTH_STR", "invalid authentication string"}, "4": {"INVALID_LSC", "invalid LSC"}, "5": {"INVALID_MIC", "invalid MIC"},
	"6": {"INVALID_CREDENTIALS", "invalid credentials"}, "7": {"PHONE_COMM_ERROR", "communication with the phone failed"},
	"8": {"OP_TIMED_OUT", "operation timed out"}, "11": {"LATE_REQUEST", "the phone came after the time set for the operation"},
}

// capfStatusWords are what the administration page and the phone say of an
// operation that ended.
var capfStatusWords = map[string]string{
	"upgrade success": "0", "success": "0", "invalid authentication string": "3", "invalid lsc": "4", "invalid mic": "5", "invalid credentials": "6", "invalid credential": "6", "phone communication error": "7",
	"phone communication failure": "7", "operation timed out": "8", "timed out": "8", "late request": "11", "failed": "2", "upgrade failed": "2",
}

// capfCode reads the result code off an event, whether it gives it as a number,
// by its name in the trace, or in the words of a status page.
func capfCode(n *entry) string {
	for _, key := range []string{"result_code", "code", "result", "status", "state"} {
		s := strings.TrimSpace(n.detail(key))
		if s == "" {
			continue
		}
		if i, err := strconv.Atoi(s); err == nil {
			return strconv.Itoa(i)
		}
		up := strings.ToUpper(strings.ReplaceAll(s, " ", "_"))
		up = strings.TrimPrefix(up, "CAPF_")
		if rest, ok := strings.CutPrefix(up, "OP_FAIL_"); ok {
			up = rest
		} else if up == "OP_SUCCESS" || up == "OP_FAIL" {
			up = up[len("OP_"):]
		}
		if up == "INVALID_CRENDENTIALS" { // as CAPF spells it
			up = "INVALID_CREDENTIALS"
		}
		for code, c := range capfCodes {
			if up == c.name {
				return code
			}
		}
		if code := capfStatusWords[strings.Trim(strings.ToLower(s), ". ")]; code != "" {
			return code
		}
	}
	return ""
}

// capfRuns puts the lines of the CAPF trace together to sessions.
func (v *view) capfRuns() []*capfRun {
	var out []*capfRun
	open := map[string]*capfRun{}
	begin := func(n *entry) *capfRun {
		r := &capfRun{at: n.at, input: n.place.Input, from: n.place.Line, to: n.place.Line}
		out = append(out, r)
		open[r.input] = r
		return r
	}
	for _, n := range v.p.all {
		if !strings.HasPrefix(n.name, "capf_") || n.e() == nil || n.sourceKind() != "server" || n.is("capf_session") {
			continue
		}
		r := open[n.place.Input]
		if r == nil || n.is("capf_phone_connection") || n.is("capf_auth_req") && r.auth != nil || r.stored != nil && n.is("capf_tls_handshake_ok") {
			r = begin(n)
		}
		r.add(n)
	}
	for _, n := range v.p.all {
		if !n.is("capf_session") {
			continue
		}
		i := slices.IndexFunc(out, func(r *capfRun) bool {
			return r.input == n.place.Input && n.place.Line <= r.to && max(n.place.Line, n.place.EndLine) >= r.from
		})
		if i < 0 {
			begin(n)
			i = len(out) - 1
		}
		out[i].add(n)
	}
	slices.SortStableFunc(out, func(a, b *capfRun) int { return a.at.compare(b.at) })
	for _, r := range out {
		from := r.progress
		if from == nil {
			from = r.auth
		}
		if d, ok := 0.0, false; r.key != nil && from != nil { // the phone begins when its request is in progress
			if d, ok = r.key.at.sub(from.at); ok && d > 0 {
				r.seconds = d
			}
		}
	}
	return out
}

func (r *capfRun) add(n *entry) {
	r.ev = append(r.ev, n)
	r.to = max(r.to, n.place.Line, n.place.EndLine)
	switch n.name {
	case "capf_auth_req":
		r.auth = n
	case "capf_request_in_progress":
		if r.progress == nil {
			r.progress = n
		}
	case "capf_key_gen_res":
		r.key = n
	case "capf_cert_generated":
		r.cert = n
	case "capf_cert_upgraded":
		r.stored = n
	}
	if n.is("capf_message", "capf_state") {
		return // their details name messages and states, no results
	}
	if c := capfCode(n); c != "" {
		r.code, r.codeBy = c, n
	}
	if s, err := strconv.ParseFloat(n.detail("key_gen_seconds"), 64); err == nil {
		r.seconds = s
	}
}

// ok tells that the phone stored its certificate in this session.
func (r *capfRun) ok() bool { return r.stored != nil || r.code == "0" }

// capfSaid gives the last word on an operation of CAPF: the last session that
// came to a result, and status texts of the phone or its page.
func (v *view) capfSaid(codes ...string) (code string, ev []*entry, at instant) {
	for _, r := range v.capfRuns() {
		if slices.Contains(codes, r.code) {
			code, ev, at = r.code, append([]*entry{r.codeBy}, r.ev...), r.at
		}
	}
	for _, n := range v.p.all {
		if n.is("lsc_operation", "lsc_status", "capf_operation_status") {
			if c := capfCode(n); slices.Contains(codes, c) {
				code, at = c, n.at
				ev = append(ev, n)
			}
		}
	}
	return code, ev, at
}

// codeText prints a result code with its words.
func codeText(code string) string {
	return fmt.Sprintf("result %s (%s)", code, firstOf(capfCodes[code].words, "not documented"))
}

// lscSince gives what shows that the phone got its LSC after a moment.
func (v *view) lscSince(at instant) *entry {
	for _, r := range v.capfRuns() {
		if r.ok() && at.before(r.at) {
			if r.stored != nil {
				return r.stored
			}
			return r.codeBy
		}
	}
	return nil
}

// capfHistory is the past of a finding about CAPF: the LSC came after all.
func capfHistory(q string) func(*view) string {
	return func(v *view) string {
		a := v.ask(q)
		if len(a.Evidence) == 0 {
			return ""
		}
		last := a.Evidence[0].at
		for _, n := range a.Evidence {
			if n.e() != nil && last.before(n.at) {
				last = n.at
			}
		}
		if n := v.lscSince(last); n != nil {
			return "a later session with CAPF ended well, and the phone stored its LSC"
		}
		return ""
	}
}

// traceGoesOn tells that a CAPF trace speaks on for some seconds after a
// moment: only then is a missing line a fact.
func (v *view) traceGoesOn(r *capfRun, seconds float64) bool {
	if len(r.ev) == 0 {
		return false
	}
	last := r.ev[len(r.ev)-1].at
	for _, c := range v.k.rows(v.p, "capf-trace") {
		if c.Input != r.input {
			continue
		}
		if d, ok := v.k.at(c.Input, "server", c.To).sub(last); ok && d >= seconds && len(c.Gaps) == 0 {
			return true
		}
	}
	return false
}
