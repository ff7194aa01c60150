package play

import (
	"time"

	"trustline/testdata/lab/phone"
)

// A Plan is a scenario as parameters. [Plan.Play] plays it.
type Plan struct {
	Name     string
	Story    string // what happens, for the README
	Facts    []string
	Clusters []Cluster
	Phones   []Phone
	Blocks   []Block
	Sources  Sources
	Start    time.Time // when the captures begin; zero: with the first event
	End      time.Time // when keep-alives end; zero: a few minutes after the last event
}

// Services of a node.
type Service uint8

// The services, as bits.
const (
	TFTP Service = 1 << iota
	CallManager
	TVS
	CAPF
	Tomcat
	ITLRecovery // a key of the publisher, 10.0 and later; no service listens
	All         = TFTP | CallManager | TVS | Tomcat
)

// A Node is one server.
type Node struct {
	Name, Address string
	Runs          Service
	Ahead         time.Duration // of its clock before the true time
}

// Release is the part of a version that matters: 91, 105, 115, 125, 140.
type Release int

// A Cluster is a set of nodes with one certificate history. The first node is
// the publisher.
type Cluster struct {
	Name    string // short, goes into seeds: "a"
	Release Release
	Mixed   bool // mixed mode: a CTL exists
	Tokens  bool // the CTL is signed by USB tokens; else tokenless
	TokenID string
	Nodes   []Node
	History []Change
	Imports []string // clusters whose signers TVS of this one knows
	Forgets Service  // certificates of its own that TVS does not know
	NoRole  bool     // TVS knows list signers, but without the role SAST
	NoITL   bool     // before 8.0
	Hash512 bool     // configurations signed with SHA-512
	OldCAPF bool     // CallManager still trusts LSCs of earlier CAPF certificates
}

// What happens to a cluster.
type What uint8

// The kinds of change.
const (
	Regenerate What = iota // a new certificate of Service on Node
	Rename                 // the same with a new host name
	Expire                 // the certificate of Service ends at At
	UpdateCTL              // the CTL is made anew
	Rollback               // the ITL loses its TVS and TFTP sections
	RollbackEnd
	ResetLocalKey // utils itl reset localkey: the other key signs the ITL
	Restore       // CSCtn50405: the file is signed by a key that no record names
	RestartTFTP   // lists take up changes that were Stale
)

// A Change is one event in the history of a cluster.
type Change struct {
	At      time.Time
	What    What
	Node    string
	Service Service
	Stale   bool   // TFTP was not restarted: lists do not know of it
	Name    string // new host name
}

// Kinds of the phone's firmware, which words the console.
const (
	SECD      = "secd"      // 79xx
	SecureApp = "secureapp" // 78xx, 88xx
)

// A Held names a list: that of a node at a time.
type Held struct {
	Cluster, Node string
	At            time.Time
}

// Certificate that a phone presents.
type Own struct {
	LSC     bool
	Cluster string    // whose CAPF issued the LSC
	At      time.Time // when
}

// A Phone is one phone.
type Phone struct {
	Name, Address string
	Model         string // 7970G, 8861 ...
	Era           string
	Protocol      string // SCCP or SIP
	Secure        bool   // registers over TLS
	Encrypted     bool   // security mode 3
	AuthMode      int    // of CAPF
	HTTP          bool   // asks HTTP 6970 before TFTP
	NoSBD         bool   // knows neither ITL nor TVS
	TLS12, TLS13  bool
	Resumes       bool   // takes up TLS sessions of the first boot
	ChecksDates   bool   // sends alert 45 for an expired server certificate
	NTP           string // server that is asked for the time and does not answer

	CTL, ITL *Held
	Own      Own
	Home     string   // cluster of the TFTP server
	TFTP     []string // option 150, addresses
	Group    []string // addresses of the group of the configuration held
	NewGroup []string // of the one served; nil: the same
	Ahead    []time.Duration
	Events   []Event
	Cause    string // what the plan planted, for the README and the truth
}

// A Kind of event.
type Kind uint8

// The kinds.
const (
	Boot      Kind = iota
	Directory      // an HTTPS service of the server in Address
	LSC            // a CAPF operation
	Erase          // somebody deletes both lists
	Idle           // the phone only keeps its registration
)

// An Event is something that a phone does at a time.
type Event struct {
	At      time.Time
	Kind    Kind
	Address string   // server of the service; of an LSC operation, when not the publisher
	Node    string   // node that serves the files of a boot; empty: the first of option 150 that answers
	Result  int      // of a CAPF operation
	NoLists bool     // nothing is fetched: the registration is simply seen
	Foreign string   // cluster whose configuration is served (central TFTP)
	Generic bool     // the list comes as ITLFile.tlv
	Busy    bool     // HTTP answers 503 first
	NoHTTP  bool     // HTTP answers 404, TFTP delivers
	Refuse  string   // the server's alert to the client certificate: "" none, else the OpenSSL error number
	Files   []string // further signed files, asked and verified like the configuration
}

// A Block is a port of an address that does not answer.
type Block struct {
	Address     string
	Port        uint16
	Reset       bool // RST instead of silence
	From, Until time.Time
}

// Sources says what is written.
type Sources struct {
	PhoneCapture  string // name; .pcapng makes that format
	NodeCaptures  []string
	Console       bool
	Status        bool
	TVS, CAPF     bool
	CTFTP, SDL    bool
	Syslog        bool
	ShowITL       []ListOf
	ShowCTL       []ListOf
	HeldLists     bool // the phone's lists before, as files with origin facts
	Menu          bool // hashes of the phone's menu as facts
	Certificates  []string
	RoleQuery     []string
	Damage        Damage
	Excerpt       bool // the console keeps only lines about trust, numbers have holes
	KeepLinesFrom time.Time
	Only          []string // the console keeps lines with one of these texts; nil: all
	Lose          []string // the first line of the console with the text is lost
	NoReadme      bool
}

// ListOf names a listing.
type ListOf struct {
	File string
	Node string
	At   time.Time
}

// Damage is what is wrong with the phone's capture.
type Damage struct {
	Loss        int // per cent of frames
	FromPhone   bool
	Ports       []uint16
	Snap        int
	Double      bool // a SPAN session copies every frame
	From, Until time.Time
}

// objects of the phone's table, under the names of package phone.
const (
	newCTL = phone.NewCTL
	newITL = phone.NewITL
	signed = phone.Config
	web    = phone.Web
)
