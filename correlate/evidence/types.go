package evidence

import (
	"trustline/correlate/internal/pack"
	"trustline/dissect/signature"
)

// Schema names the form of an evidence file; see Header.
const Schema = "trustline/evidence/v1"

// Header is the first line of an evidence file.
type Header struct {
	Schema string  `json:"schema"`
	Tool   Tool    `json:"tool"`
	Inputs []Input `json:"inputs"`
}

// Tool names the program that wrote the evidence.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Input is one file or archive member that was decoded, and how far.
// Pointers are nil where the measure does not apply to the kind.
type Input struct {
	Name     string    `json:"name"`
	Kind     string    `json:"kind"`
	Bytes    int64     `json:"bytes"`
	SHA256   string    `json:"sha256"`
	Frames   *int      `json:"frames"`
	Lines    *int      `json:"lines"`
	Matched  *int      `json:"matched"`
	Ignored  *int      `json:"ignored"`
	Unknown  *int      `json:"unknown"`
	From     *string   `json:"from"`
	To       *string   `json:"to"`
	Samples  []Sample  `json:"unknown_messages"`
	Problems []Problem `json:"problems"`
	Series   *Series   `json:"series,omitempty"` // when it was decoded as a part of a rotated capture or trace
}

// Series says which part of a rotated capture or trace an input is. All parts have one
// clock, and what is cut between two of them was decoded whole.
type Series struct {
	Name  string `json:"name"` // the first part's
	Part  int    `json:"part"` // 1-based
	Parts int    `json:"parts"`
}

// Sample is a message that no pattern knows: first line, how often, its text.
type Sample struct {
	Line  int    `json:"line"`
	Count int    `json:"count"`
	Text  string `json:"text"`
}

// Problem is something that could not be read: where in the input, and what.
type Problem struct {
	Where string `json:"where"`
	What  string `json:"what"`
}

// Place is where a piece of evidence stands. Exactly one of Frame and Line is
// set for packets and text; both are zero for a fact or a whole file.
type Place struct {
	Input   string `json:"input"`
	Frame   int    `json:"frame,omitempty"`    // 1-based over the whole file
	Line    int    `json:"line,omitempty"`     // 1-based
	EndLine int    `json:"end_line,omitempty"` // last line of a wrapped record
}

// Clock is the time a source gave to an event. Seconds counts from the Unix
// epoch when Dated, else from the midnight before the first line of the
// source (it passes 86400 when a log runs over midnight), or since January 1st
// of a year without a 29th of February when NoYear. Step is the
// resolution of the source in seconds: a stamp t stands for [t, t+Step).
type Clock struct {
	Dated   bool    `json:"dated"`
	Local   bool    `json:"local"`   // dated without a zone: Seconds counts as if the stamp were UTC
	NoYear  bool    `json:"no_year"` // month and day but no year: Seconds counts from January 1st
	Seconds int64   `json:"seconds"`
	Nanos   int32   `json:"nanos"`
	Step    float64 `json:"step"`
	Boot    int     `json:"boot"` // counts restarts of the source within the input, from 0
	Text    string  `json:"text"` // as the source printed it
}

// Absolute tells that a time is known without any other source: date and zone.
func (c *Clock) Absolute() bool { return c.Dated && !c.Local }

// Event is one observed thing: a packet exchange, a log line, a listing.
type Event struct {
	Kind     string            `json:"kind"` // "event"
	Place    Place             `json:"place"`
	Clock    *Clock            `json:"clock"`   // nil: the source gave no time
	Dialect  string            `json:"dialect"` // capture, phone-secd, phone-secureapp, phone-status, tvs-sdi, show-itl, ...
	Event    string            `json:"event"`   // from the closed list of names
	Phone    string            `json:"phone"`   // device name as the source itself tells it, else ""
	Address  string            `json:"address"` // the phone's IP address as the source tells it, else ""
	Server   string            `json:"server"`  // ip:port or ip of the other side, else ""
	Text     string            `json:"text"`    // the source's own words
	Detail   map[string]string `json:"detail"`
	Transfer *Transfer         `json:"transfer,omitempty"` // event "transfer"
	TLS      *TLS              `json:"tls,omitempty"`      // event "tls_connection"
}

// Transfer is one file asked for over TFTP or HTTP provisioning.
type Transfer struct {
	Proto     string `json:"proto"` // tftp, http
	Op        string `json:"op"`    // read, write
	Client    string `json:"client"`
	Server    string `json:"server"`
	File      string `json:"file"`
	Outcome   string `json:"outcome"` // complete, error, incomplete, no-response
	Bytes     int64  `json:"bytes"`
	SHA256    string `json:"sha256"` // only when complete
	MD5       string `json:"md5"`
	ErrorCode *int   `json:"error_code"`
	Error     string `json:"error"`
	Object    string `json:"object"` // id of the list, signed file or config it carried
	End       *Mark  `json:"end"`    // last packet
}

// TLS is one TCP connection on a port where TLS is spoken, also when no
// handshake came about.
type TLS struct {
	Stream               int             `json:"stream"` // tcp.stream; of a rotated capture counted over the series
	Client               string          `json:"client"`
	Server               string          `json:"server"`
	Service              string          `json:"service"` // tvs, capf, sccp-tls, sip-tls, https, provisioning, other
	Syns                 []Mark          `json:"syns"`
	ClientVersion        string          `json:"client_version"`
	Version              string          `json:"version"`
	Cipher               string          `json:"cipher"`
	ServerCertificates   []string        `json:"server_certificates"` // ids of objects, leaf first
	ClientCertificates   []string        `json:"client_certificates"`
	CertificateRequested bool            `json:"certificate_requested"`
	Alerts               []Alert         `json:"alerts"`
	Resumed              bool            `json:"resumed"`
	Hidden               bool            `json:"hidden"` // TLS 1.3: certificates cannot be seen
	History              string          `json:"history"`
	Outcome              string          `json:"outcome"`   // established, alert, reset, closed, refused, no-answer, incomplete
	ClosedBy             string          `json:"closed_by"` // client, server, "": who ended it first
	Marks                map[string]Mark `json:"marks"`     // syn, syn_ack, client_hello, server_hello, server_certificate, client_certificate, client_finished_ccs, server_finished_ccs, client_data, server_data, end
}

// Mark is a packet: its frame and its time on the capture's clock. Input names
// the part of a rotated capture that holds the frame, when that is another than
// the event's own input.
type Mark struct {
	Input string `json:"input,omitempty"`
	Frame int    `json:"frame"`
	Clock *Clock `json:"clock"`
}

// Alert is one TLS alert.
type Alert struct {
	Mark        Mark   `json:"mark"`
	From        string `json:"from"` // client, server
	Level       string `json:"level"`
	Code        int    `json:"code"`
	Description string `json:"description"`
	Encrypted   bool   `json:"encrypted"`
}

// Object is something with an identity of its own, kept once by its hash:
// a list, a signed file, a configuration or a certificate. List is set for the
// first two, Config for a configuration, signed or not; of a large capture see
// Whole.
type Object struct {
	Kind        string       `json:"kind"`   // "object"
	Object      string       `json:"object"` // list, signed-file, config, certificate
	ID          string       `json:"id"`     // sha256 of its bytes, "part:" before it when only a part was seen; for a listing "md5:" or "sha1:" + what it prints, else "listing:" + sha256 of the text
	Places      []Place      `json:"places"`
	List        *List        `json:"list,omitempty"`
	Certificate *Certificate `json:"certificate,omitempty"`
	Config      *Config      `json:"config,omitempty"`

	in *packedObjects // which holds List and Config; nil: they are here
	at pack.Ref
}

// List is a CTL, an ITL or the header of a signed file.
type List struct {
	Type         string   `json:"type"`   // itl, ctl, signed-file, encrypted-file
	Origin       string   `json:"origin"` // binary or listing
	File         string   `json:"file"`   // FILENAME of the header
	Version      string   `json:"version"`
	HeaderLength int      `json:"header_length"`
	Length       int      `json:"length"`
	MD5          string   `json:"md5"`
	SHA1         string   `json:"sha1"`
	SHA256       string   `json:"sha256"`   // "" for a listing
	Modified     string   `json:"modified"` // "last modified on" of a listing, else TIMESTAMP as RFC 3339
	Signer       Signer   `json:"signer"`
	Digest       string   `json:"digest"`    // digest algorithm: sha1, sha256, sha512, or its number
	Covered      string   `json:"covered"`   // hex digest over the bytes the signature covers; "" when unknown
	Signature    string   `json:"signature"` // hex; "" when unknown
	Status       string   `json:"status"`    // by its own records: valid, invalid, unverifiable
	Asserted     []string `json:"asserted"`  // sentences the CLI printed
	Records      []Record `json:"records"`
	Partial      bool     `json:"partial"` // only the first part of the file was seen
	Problems     []string `json:"problems"`
}

// Signer names the certificate that signed a file.
type Signer struct {
	Name   string `json:"name"`
	Issuer string `json:"issuer"`
	Serial string `json:"serial"` // lower-case hex, whole bytes
}

// Record is one entry of a list.
type Record struct {
	Number        int            `json:"number"`
	Functions     []string       `json:"functions"`
	DNSName       string         `json:"dns_name"`
	IP            string         `json:"ip"`
	Subject       string         `json:"subject"`
	Issuer        string         `json:"issuer"`
	Serial        string         `json:"serial"`
	Key           *signature.Key `json:"key"`
	Certificate   string         `json:"certificate"` // sha256 of the DER (an object), "" when hash-only
	SHA1          string         `json:"sha1"`        // of the DER, "" when unknown
	Hash          string         `json:"hash"`        // CERTHASH
	HashAlgorithm string         `json:"hash_algorithm"`
	SignedThis    bool           `json:"signed_this"`
	SaidUnused    bool           `json:"said_unused,omitempty"` // a listing says that it did not sign this list
}

// Certificate is what a certificate says.
type Certificate struct {
	Subject            string         `json:"subject"`
	Issuer             string         `json:"issuer"`
	Serial             string         `json:"serial"`
	NotBefore          string         `json:"not_before"`
	NotAfter           string         `json:"not_after"`
	KeyText            string         `json:"key_text"` // "RSA 2048"
	Key                *signature.Key `json:"key"`
	SignatureAlgorithm string         `json:"signature_algorithm"`
	SHA1               string         `json:"sha1"`
	SHA256             string         `json:"sha256"`
	CA                 string         `json:"ca"`          // basic constraints: true, false, absent; "" unknown
	PathLength         *int           `json:"path_length"` // pathLenConstraint, null without one
	KeyUsage           []string       `json:"key_usage"`   // "keyCertSign" ...; none without the extension, null unknown
	Problem            string         `json:"problem"`
}

// Config is what findings need of a phone's configuration file.
type Config struct {
	File        string   `json:"file"`
	Device      string   `json:"device"`
	CallManager []string `json:"call_manager"` // group in order, process node names
	TVS         []string `json:"tvs"`          // addresses in order
	Security    string   `json:"security"`     // deviceSecurityMode
	Protocol    string   `json:"protocol"`     // SCCP, SIP
	Transport   string   `json:"transport"`    // transportLayerProtocol
	Load        string   `json:"load"`         // firmware asked for
	Version     string   `json:"version_stamp"`
	TFTP        []string `json:"tftp"`
	CAPF        []string `json:"capf"` // servers
	CAPFMode    string   `json:"capf_auth_mode"`
	CertHash    string   `json:"cert_hash"` // of the recipient of an encrypted configuration
	Encrypted   string   `json:"encrypted"` // encrConfig
	Full        string   `json:"full"`      // fullConfig
	VPNHashes   []string `json:"vpn_hashes"`
	VPNGateways []string `json:"vpn_gateways"` // their URLs in order
	VPNHashAlg  string   `json:"vpn_hash_alg"` // 0: the hashes are SHA-1
	Settings    string   `json:"settings_access"`
}

// Coverage says what an input could have shown.
type Coverage struct {
	Kind    string   `json:"kind"` // "coverage"
	Input   string   `json:"input"`
	Address string   `json:"address"` // the phone, when the row is about one
	Service string   `json:"service"`
	From    *Clock   `json:"from"`
	To      *Clock   `json:"to"`
	Sent    bool     `json:"sent"`             // packets from the phone were seen
	Got     bool     `json:"received"`         // packets to the phone were seen
	Missed  int64    `json:"missed,omitempty"` // octets that their receiver acknowledged and the capture lacks: it lost packets
	Gaps    []string `json:"gaps"`
	Note    string   `json:"note"`
	Node    string   `json:"node"`  // the server that wrote a trace, as its folder is named; a hint, "" when nothing tells
	Level   string   `json:"level"` // of a trace: detailed, not-detailed when single questions are not written, "" when that does not apply
}

// Fact is a statement by the operator; it counts as said, not as seen.
type Fact struct {
	Kind  string `json:"kind"`  // "fact"
	Place Place  `json:"place"` // the file and line, or input "--fact"
	Phone string `json:"phone"` // "" for the whole case
	Key   string `json:"key"`
	Value string `json:"value"`
}
