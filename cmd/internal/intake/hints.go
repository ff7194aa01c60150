package intake

import (
	"encoding/binary"
	"path"
	"regexp"
	"strings"
	"time"
)

// Hints is what an input's name tells about its content. Server bundles of
// RTMT, the DIME service and the disaster recovery client lay traces out as
//
//	[ARCHIVE!/] NODE/ [DATE_TIME/] cm/trace/SERVICE/sdi/tvs00000001.txt
//	[ARCHIVE!/] IP/YYYY-MM-DD_HH-MM-SS/cm/trace/SERVICE/sdl/SDL001_100_000001.txt.gz
//
// (Cisco TechNote 211351), and phones name their problem reports
//
//	prt-YYYYMMDD-HHMMSS-MAC.tar.gz, probrep-YYYYMMDD-HHMMSS.tar.gz
//
// A hint is never evidence: anybody can rename a file.
type Hints struct {
	Node     string    // host name or address of the server
	Service  string    // folder of the trace: tvs, capf, ctftp, ccm ...
	Phone    string    // device name, SEP and twelve hexadecimal digits
	Date     string    // YYYY-MM-DD, the local date of collection
	Modified time.Time // time of the member as a problem report keeps it, or of the file as gzip does, else zero
}

// hintPacked are names that phones give to archives of their logs (guides of the
// 7800, 8800 and DX series and of the 8821).
var hintPacked = regexp.MustCompile(`(?i)^(?:prt|probrep|all_logs)[-_.]`)

// byPhone tells that a phone made an archive. The times of its members are those
// of its logs; those in an archive that a person made are of copies, in zip
// mostly without a zone, and the same files in a folder must tell the same.
func byPhone(archive string) bool {
	return hintPacked.MatchString(path.Base(archive[strings.LastIndex(archive, "!/")+1:]))
}

// compressed takes over the time that the head of a gzip stream keeps: that of
// the file when it was compressed, in seconds since 1970, 0 when it does not
// tell (RFC 1952, section 2.3.1). CUCM compresses a trace when it begins the
// next one.
func (h Hints) compressed(head []byte) Hints {
	if len(head) < 10 {
		return h
	}
	if at := binary.LittleEndian.Uint32(head[4:]); at > 0 {
		h.Modified = time.Unix(int64(at), 0).UTC()
	}
	return h
}

var (
	hintMAC    = regexp.MustCompile(`(?i)(?:SEP|\bprt-\d{8}-\d{6}-)([0-9a-f]{12})(?:[^0-9a-f]|$)`)
	hintReport = regexp.MustCompile(`(?i)\b(?:prt|probrep)-(\d{4})(\d{2})(\d{2})-\d{6}`)
	hintStamp  = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})_\d{2}-\d{2}-\d{2}$`)
	hintTrace  = regexp.MustCompile(`(?i)^(tvs|capf|ctftp)\d{8}\.`)
	hintSDL    = regexp.MustCompile(`(?i)^SDL\d{3}_\d+_\d{6}\.`)
)

// hintsOf reads the hints of a name. Where an inner and an outer name disagree,
// the inner one counts.
func hintsOf(name string) Hints {
	var h Hints
	for _, level := range strings.Split(name, "!/") {
		parts := strings.Split(level, "/")
		for i, p := range parts {
			if m := hintStamp.FindStringSubmatch(p); m != nil {
				h.Date = m[1]
			}
			if p != "cm" || i+2 >= len(parts)-1 || parts[i+1] != "trace" {
				continue
			}
			h.Service = strings.ToLower(parts[i+2])
			if i > 0 && hintStamp.MatchString(parts[i-1]) {
				i--
			}
			if i > 0 {
				h.Node = parts[i-1]
			}
		}
		if m := hintMAC.FindStringSubmatch(level); m != nil {
			h.Phone = "SEP" + strings.ToUpper(m[1])
		}
		if m := hintReport.FindStringSubmatch(level); m != nil {
			h.Date = m[1] + "-" + m[2] + "-" + m[3]
		}
		if h.Service == "" {
			switch base := path.Base(level); {
			case hintTrace.MatchString(base):
				h.Service = strings.ToLower(hintTrace.FindStringSubmatch(base)[1])
			case hintSDL.MatchString(base):
				h.Service = "ccm"
			}
		}
	}
	return h
}
