package correlate

import "trustline/correlate/evidence"

// SchemaReport names the form of the JSON report; it changes only when a
// member is renamed, dropped or given another meaning.
const SchemaReport = "trustline/report/v1"

// Report is everything trustline has to say about one case. It is the only
// input of the writers in package report: they render it and decide nothing.
// Every slice is non-nil, so that "none" is written as [] and never as null. A
// large fleet's phones are packed; Count, Phone and All give all of them.
type Report struct {
	Schema     string     `json:"schema"`
	Tool       Tool       `json:"tool"`
	Headline   string     `json:"headline"` // one sentence over all phones
	Inputs     []Input    `json:"inputs"`
	Clocks     []Clock    `json:"clocks"`
	Coverage   []Coverage `json:"coverage"`
	Cluster    Cluster    `json:"cluster"`
	Groups     []Group    `json:"groups"`
	Unassigned []Entry    `json:"unassigned"` // evidence that fits no phone
	Phones     []Phone    `json:"phones"`     // the first ones, all of a small case; see Report.All
	Redaction  *Redaction `json:"redaction"`  // nil: names and addresses are the case's own

	rest  *phoneStore // the phones that follow those of Phones
	spill *evidence.Spill
}

// Redaction says that pseudonyms stand in the report, and how many.
type Redaction struct {
	Kinds []RedactedKind `json:"kinds"`
}

// RedactedKind counts what was replaced of one kind.
type RedactedKind struct {
	Kind     string `json:"kind"`     // device, mac, ipv4, ipv6, host, domain, subject, user, serial
	Distinct int    `json:"distinct"` // originals, by spelling
	Count    int    `json:"count"`    // places
}

// Tool names the program that wrote the report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Input is one file or archive member that was read, and how far.
type Input struct {
	Name     string    `json:"name"`
	Kind     string    `json:"kind"` // pcap, pcapng, phone-log, tvs-trace, show-itl, show-ctl, itl, ctl, signed-file, facts, evidence, unknown, empty ...
	Bytes    int64     `json:"bytes"`
	SHA256   string    `json:"sha256"`
	Frames   *int      `json:"frames"` // captures only
	Lines    *int      `json:"lines"`  // texts only
	Matched  *int      `json:"matched"`
	Ignored  *int      `json:"ignored"`
	Unknown  *int      `json:"unknown"`
	From     *string   `json:"from"` // RFC 3339, or the source's own text when it has no date
	To       *string   `json:"to"`
	Samples  []Sample  `json:"unknown_messages"` // what the unknown lines say, most frequent first
	Problems []Problem `json:"problems"`
}

// Sample is a message that no pattern knows.
type Sample struct {
	Line  int    `json:"line"` // where it stands first
	Count int    `json:"count"`
	Text  string `json:"text"`
}

// Problem is something in an input that could not be read, and where.
type Problem struct {
	Where string `json:"where"`
	What  string `json:"what"`
}

// Clock states by how many seconds a source's clock differs from a reference:
// source time + offset = reference time, with offset_low <= offset <= offset_high.
type Clock struct {
	Source     string      `json:"source"`
	Boot       int         `json:"boot"`
	OffsetLow  float64     `json:"offset_low"`
	OffsetHigh float64     `json:"offset_high"`
	Reference  string      `json:"reference"`
	Note       string      `json:"note"`  // what fixed a missing date, or why the pairs disagree
	Pairs      []ClockPair `json:"pairs"` // what the interval was measured from
}

// ClockPair is one event seen by two clocks.
type ClockPair struct {
	Kind      string  `json:"kind"` // e.g. "request before its receipt"
	Source    Place   `json:"source"`
	Reference Place   `json:"reference"`
	Bound     string  `json:"bound"`   // low, high or both
	Seconds   float64 `json:"seconds"` // the bound it sets
}

// Place points into an input: a frame number, or a line with its end.
type Place struct {
	Input   string `json:"input"`
	Frame   *int   `json:"frame,omitempty"`
	Line    *int   `json:"line,omitempty"`
	EndLine *int   `json:"end_line"`
}

// Coverage says what a source could have shown, and how far that answers: only
// where it covers the moment does silence prove anything. A row whose quality is
// missing stands for a source that was not given; its span is that of the boots
// it would have to cover.
type Coverage struct {
	Input   string   `json:"input"`   // "" when missing
	Phone   *string  `json:"phone"`   // nil: not about one phone
	Service string   `json:"service"` // capture, console, status, tvs-trace, capf-trace, syslog, lists ...
	From    *string  `json:"from"`
	To      *string  `json:"to"`
	Both    *bool    `json:"both_directions"` // captures only
	Gaps    []string `json:"gaps"`            // holes within, in words
	Note    string   `json:"note"`

	Bundle  string   `json:"bundle"`  // K1 to K9: which part of the evidence it is
	Node    *string  `json:"node"`    // the server that it was taken on; nil: a phone's, or unknown
	Quality string   `json:"quality"` // good, limited, missing
	Needed  bool     `json:"needed"`  // what the phones in evidence did makes it matter
	Level   *string  `json:"level"`   // of a trace: detailed, not-detailed, unknown
	Side    *string  `json:"side"`    // of a capture: phone, server, unknown
	Snap    *int     `json:"snap"`    // snap length in bytes, when it cut packets
	Filter  string   `json:"filter"`  // of a capture, as far as what is absent shows it
	Holes   []Hole   `json:"holes"`   // what is missing for when
	Hides   []string `json:"hides"`   // what it cannot show, in words; none when good
}

// Hole is a stretch of time that a source leaves out.
type Hole struct {
	From *string `json:"from"` // nil: not known
	To   *string `json:"to"`
	What string  `json:"what"`
}

// Cluster is what the case tells about the servers.
type Cluster struct {
	Mode         string         `json:"mode"`  // mixed, non-secure, unknown
	AsOf         *string        `json:"as_of"` // the last moment in evidence: what "expired" is held against
	Servers      []Server       `json:"servers"`
	Certificates []Certificate  `json:"certificates"`
	Presented    []Presented    `json:"presented"`
	Signers      []ServedSigner `json:"signers"`
	Changes      []Change       `json:"changes"` // in order of time, those without one last
	Findings     []Finding      `json:"findings"`
}

// Server is an address that acted as a server, with what it did.
type Server struct {
	Address  string   `json:"address"`
	Name     *string  `json:"name"`
	Services []string `json:"services"`
}

// Certificate is one certificate, known from the wire, a list or a log.
type Certificate struct {
	Subject   string   `json:"subject"`
	Issuer    string   `json:"issuer"`
	Serial    string   `json:"serial"`
	NotBefore *string  `json:"not_before"`
	NotAfter  *string  `json:"not_after"`
	Key       *string  `json:"key"` // e.g. "RSA 2048"
	SHA1      *string  `json:"sha1"`
	Seen      []string `json:"seen"` // where: "14.48.44.80:2445", "ITL record 3 of ..."
	Problem   *string  `json:"problem"`
	Roles     []string `json:"roles"`           // what it serves as: TVS, CallManager, CAPF, ITLRecovery, Tomcat; none when nothing shows it
	ExpiresIn *int     `json:"expires_in_days"` // whole days after cluster.as_of; negative: days since it ended
	Status    string   `json:"status"`          // ok, ending (30 days or less), expired, not-yet-valid, unknown
}

// Presented is a certificate that a server showed at one of its ports. A
// certificate that came and went and came again is one row.
type Presented struct {
	Address     string   `json:"address"` // ip:port
	Service     string   `json:"service"` // tvs, capf, sccp-tls, sip-tls, https, provisioning, other
	Subject     string   `json:"subject"`
	Serial      string   `json:"serial"`
	SHA1        *string  `json:"sha1"`
	First       *string  `json:"first"` // nil: no capture dates it
	Last        *string  `json:"last"`
	Connections int      `json:"connections"`
	Evidence    []string `json:"evidence"` // the first and the last connection
}

// ServedSigner is who signed the lists or configurations of one server, or of a
// file among the inputs that no phone is stated to hold.
type ServedSigner struct {
	Kind     string   `json:"kind"`   // itl, ctl, config, other
	Origin   string   `json:"origin"` // transfer, listing, file
	Server   *string  `json:"server"` // of a transfer
	Source   *string  `json:"source"` // the input of a listing or file
	File     string   `json:"file"`   // its name; of several the first
	Files    int      `json:"files"`  // different names
	Signer   Signer   `json:"signer"`
	First    *string  `json:"first"`
	Last     *string  `json:"last"`
	Phones   int      `json:"phones"` // that fetched it
	Evidence []string `json:"evidence"`
}

// Change is something that became different on the cluster: an alarm tells it, a
// certificate's dates do, the wire shows another one than before, or it is stated.
type Change struct {
	Kind     string   `json:"kind"` // alarm, certificate, presented, signer, stated
	Time     *string  `json:"time"` // of a certificate its notBefore, of presented and signer when the new one is seen first
	TimeText string   `json:"time_text"`
	Server   *string  `json:"server"` // node or address, nil: not about one
	Text     string   `json:"text"`
	Serial   string   `json:"serial"`   // the new certificate's, "" when unknown
	Replaces string   `json:"replaces"` // the former one's
	Evidence []string `json:"evidence"`
}

// What has to be done about a phone, from least to most work. Reset is done from
// the server too, and every phone concerned is away for a minute.
const (
	ActionNone    = "none"
	ActionServer  = "server"
	ActionReset   = "reset"
	ActionCollect = "collect"
	ActionTouch   = "touch"
)

// Group is the phones that share a cause and need the same action.
type Group struct {
	Cause  string   `json:"cause"` // finding id
	Class  string   `json:"class"`
	Phones []string `json:"phones"`
	Action string   `json:"action"` // none, server, reset, collect, touch
	Remedy []Step   `json:"remedy"` // the first steps, or what to collect first
	Odd    []Odd    `json:"odd"`    // phones that differ from nearly all others of the case
}

// Odd is a phone that differs from the rest, and how.
type Odd struct {
	Phone   string `json:"phone"`
	Because string `json:"because"`
}

// Phone is one device with its verdict and everything it rests on.
type Phone struct {
	Name      string    `json:"name"`
	MAC       *string   `json:"mac"`
	Addresses []string  `json:"addresses"`
	Model     *string   `json:"model"`
	Firmware  *string   `json:"firmware"`
	Verdict   Verdict   `json:"verdict"`
	Findings  []Finding `json:"findings"`
	RuledOut  []Ruled   `json:"ruled_out"`
	Gate      Gates     `json:"gate"`
	States    []State   `json:"states"`
	Timeline  []Entry   `json:"timeline"`
	Trust     Trusts    `json:"trust"`
	Unseen    []string  `json:"unseen"` // what the sources could not show, in words
}

// Classes of verdicts and findings, from best to worst; the last two stand
// apart: inconclusive says what to collect, note only informs.
const (
	ClassOK           = "ok"
	ClassDegraded     = "degraded"
	ClassRecoverable  = "recoverable"
	ClassLockedOut    = "locked-out"
	ClassInconclusive = "inconclusive"
	ClassNote         = "note"
)

// Verdict is the answer for one phone.
type Verdict struct {
	Class      string   `json:"class"`
	Primary    string   `json:"primary"`  // id of the deciding finding
	Headline   string   `json:"headline"` // one sentence of cause and consequence
	Because    []Reason `json:"because"`  // the proof, in order
	Deletion   string   `json:"deletion"` // "forbidden", "open" or "allowed": what the ITL gate says
	Advice     string   `json:"advice"`   // one sentence on deleting lists, always present
	Confidence string   `json:"confidence"`
	Registered string   `json:"registered"` // yes, no, unknown
}

// Reason is one step of the proof with its evidence.
type Reason struct {
	Text     string   `json:"text"`
	Evidence []string `json:"evidence"`
}

// Finding is one statement about a phone or the cluster.
type Finding struct {
	ID            string   `json:"id"`
	Title         string   `json:"title"`
	Class         string   `json:"class"`
	Confidence    string   `json:"confidence"` // high, medium, low
	About         string   `json:"about"`      // what it is about: a server, a file, a certificate
	Summary       string   `json:"summary"`
	Evidence      []string `json:"evidence"`
	Remedy        []Step   `json:"remedy"`
	CollectNext   []Step   `json:"collect_next"`
	ConsequenceOf *string  `json:"consequence_of"`
}

// Step is one action: what to do, the exact command or page, and its risk.
type Step struct {
	Text    string `json:"text"`
	Command string `json:"command"` // empty when there is none
	Risk    string `json:"risk"`
}

// Ruled is a finding that was considered and excluded.
type Ruled struct {
	ID       string   `json:"id"`
	Because  string   `json:"because"`
	Evidence []string `json:"evidence"`
}

// Gates are the deletion gates; every row is present in every verdict.
type Gates struct {
	ITL []GateRow `json:"itl"`
	CTL []GateRow `json:"ctl"`
}

// GateRow is one condition that must be proved before a list may be deleted.
type GateRow struct {
	Row       string   `json:"row"`
	Condition string   `json:"condition"`
	State     string   `json:"state"` // proved, refuted, unknown, not-applicable
	Because   string   `json:"because"`
	Evidence  []string `json:"evidence"`
}

// State is one change of what the phone held.
type State struct {
	Time     *string  `json:"time"`
	TimeText string   `json:"time_text"`
	Before   string   `json:"before"` // none, ctl, itl, ctl+itl, unknown ...
	After    string   `json:"after"`
	Cause    string   `json:"cause"`
	Evidence []string `json:"evidence"`
}

// Entry is one line of the timeline: a piece of evidence with its place.
type Entry struct {
	ID       string         `json:"id"` // e1, e2 ...: unique in the report
	Time     *string        `json:"time"`
	TimeText string         `json:"time_text"`
	Source   Place          `json:"source"`
	Stage    string         `json:"stage"` // transport, ctl, itl, config, tvs, https, capf, registration
	Actor    string         `json:"actor"` // phone, tftp, tvs, https-server, capf, callmanager, operator
	Event    string         `json:"event"`
	Summary  string         `json:"summary"` // one line in words
	Text     string         `json:"text"`    // the source's own line; empty for frames
	Outcome  string         `json:"outcome"` // ok, fail, info: how it is drawn, not a judgment of its own
	Phone    string         `json:"phone,omitempty"`
	Detail   map[string]any `json:"detail"`
}

// Trusts is what the phone holds now, as far as the evidence reaches.
type Trusts struct {
	CTL Trust `json:"ctl"`
	ITL Trust `json:"itl"`
}

// Trust describes one stored list against the one served.
type Trust struct {
	State      string  `json:"state"` // none, blank, held, unknown
	SHA1       *string `json:"sha1"`
	MD5        *string `json:"md5"`
	ServedSHA1 *string `json:"served_sha1"`
	Same       *bool   `json:"same"` // held and served list are the same file
	List       *List   `json:"list"` // the held list, nil when its content is unknown
	Served     *List   `json:"served"`
}

// List is a CTL or ITL as a reader needs it.
type List struct {
	File         string   `json:"file"`
	From         []Place  `json:"from"` // where its bytes or listing stand
	Length       int      `json:"length"`
	HeaderLength int      `json:"header_length"`
	Signer       Signer   `json:"signer"`
	Signature    string   `json:"signature"` // valid, invalid, unverifiable
	Records      []Record `json:"records"`
}

// Signer names the certificate that signed a file.
type Signer struct {
	Name   string `json:"name"`
	Issuer string `json:"issuer"`
	Serial string `json:"serial"`
}

// Record is one entry of a list.
type Record struct {
	Number    int      `json:"number"`
	Functions []string `json:"functions"`
	Subject   string   `json:"subject"`
	Issuer    string   `json:"issuer"`
	Serial    string   `json:"serial"`
	SHA1      string   `json:"sha1"` // of the certificate, or the record's CERTHASH
	HashOnly  bool     `json:"hash_only"`
	Presented string   `json:"presented"` // "" not compared; "match", "same-name-new-key", "absent": against the wire
}
