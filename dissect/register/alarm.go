package register

import (
	"bytes"
	"encoding/hex"
	"encoding/xml"
	"io"
	"strings"
)

// Alarm is what is kept of an XML alarm of a phone. SIP phones send it as the
// body of a REFER before they register, SCCP phones in EnhancedAlarm:
//
//	<x-cisco-alarm>
//	<Alarm Name="DeviceTLInfo">
//	<ParameterList>
//	<String name="DeviceName">SEPC80084AA8743</String>
//	<String name="IPv4Address">192.168.7.104</String>
//	<String name="CTL_Signature">Not Installed</String>
//	<String name="CTL_TFTP_Server">N/A</String>
//	<String name="ITL_Signature">1B A1 C9 07 ... 7D CE 4D 6D </String>
//	<String name="ITL_TFTP_Server">cucm-115.home.lab</String>
//	<String name="StatusCode">3</String>
//	</ParameterList>
//	</Alarm>
//	</x-cisco-alarm>
//
// (a 7821 in Cisco's EMCC TechNote). The other one that is published is
// LastOutOfServiceInformation with some fifty parameters. Only the parameters
// that have a field here are kept.
type Alarm struct {
	Name    string // "DeviceTLInfo", "LastOutOfServiceInformation"
	Device  string // DeviceName
	Address string // IPv4Address or DeviceIPv4Address, with its prefix length if the phone sends one
	Model   string // ModelNumber: "CP-7942G"
	Status  string // StatusCode
	Reason  string // ReasonForOutOfService: a number
	Text    string // ReasonForOutOfServiceText

	CTL *HeldList // nil when the alarm does not speak of it
	ITL *HeldList
}

// HeldList is what a phone says of a trust list that it holds.
type HeldList struct {
	Text      string // as sent
	Installed bool   // a hash was sent
	Missing   bool   // "Not Installed"
	Hash      string // lower-case hex; what the phone's menu shows as the list's signature
	Algorithm string // md5, sha1, sha256, sha512 by the length of Hash
	Server    string // name or address of the TFTP server that it came from; "" for "N/A"
}

// ParseAlarms reads the alarms of a text, such as a console log into which a
// phone printed what it sent. A text that is cut off gives what stands before
// the cut.
func ParseAlarms(b []byte) []Alarm {
	var problems []string // they tell of a cut, which a log has anywhere
	return parseAlarms(b, &problems)
}

// parseAlarms reads every alarm in b, which may have anything before, between
// and after them: a SIP body may have several parts.
func parseAlarms(b []byte, problems *[]string) []Alarm {
	const begin = "<x-cisco-alarm"
	var out []Alarm
	for documents := 0; ; documents++ {
		i := bytes.Index(b, []byte(begin))
		if i < 0 {
			return out
		}
		if documents >= maxAlarms {
			note(problems, "more than %d alarms, the rest is left out", maxAlarms)
			return out
		}
		b = b[i:]
		d := xml.NewDecoder(bytes.NewReader(b))
		d.Strict = false
		d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
		a, err := readAlarms(d)
		out = append(out, a[:min(len(a), maxAlarms-len(out))]...)
		if err != nil {
			note(problems, "alarm: %v", err)
		}
		b = b[len(begin):]
	}
}

// readAlarms reads the alarms of one document; what stood before an error
// counts.
func readAlarms(d *xml.Decoder) ([]Alarm, error) {
	var out []Alarm
	var name string
	var value strings.Builder
	for {
		t, err := d.RawToken()
		if err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return out, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			value.Reset()
			name = attribute(t)
			if t.Name.Local == "Alarm" && len(out) < maxAlarms {
				out = append(out, Alarm{Name: name})
			}
		case xml.CharData:
			if value.Len()+len(t) <= maxText {
				value.Write(t)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "x-cisco-alarm":
				return out, nil
			case "String", "Enum":
				if len(out) > 0 {
					out[len(out)-1].set(name, text([]byte(value.String())))
				}
			}
			name = ""
			value.Reset()
		}
	}
}

// attribute returns the name of an element: phones write Name and name.
func attribute(e xml.StartElement) string {
	for _, a := range e.Attr {
		if strings.EqualFold(a.Name.Local, "name") {
			return text([]byte(a.Value))
		}
	}
	return ""
}

func (a *Alarm) set(name, v string) {
	switch name {
	case "DeviceName":
		a.Device = v
	case "IPv4Address", "DeviceIPv4Address":
		a.Address = v
	case "ModelNumber":
		a.Model = v
	case "StatusCode":
		a.Status = v
	case "ReasonForOutOfService":
		a.Reason = v
	case "ReasonForOutOfServiceText":
		a.Text = v
	case "CTL_Signature":
		list(&a.CTL).hash(v)
	case "ITL_Signature":
		list(&a.ITL).hash(v)
	case "CTL_TFTP_Server":
		list(&a.CTL).server(v)
	case "ITL_TFTP_Server":
		list(&a.ITL).server(v)
	}
}

func list(p **HeldList) *HeldList {
	if *p == nil {
		*p = new(HeldList)
	}
	return *p
}

func (l *HeldList) server(v string) {
	if v != "N/A" {
		l.Server = v
	}
}

// hash reads "1B A1 C9 ..." or "Not Installed". The phone does not name the
// algorithm; older models show an MD5, newer ones a SHA-1.
func (l *HeldList) hash(v string) {
	l.Text = v
	l.Missing = strings.EqualFold(v, "Not Installed")
	b, err := hex.DecodeString(strings.NewReplacer(" ", "", ":", "").Replace(v))
	if err != nil {
		return
	}
	if l.Algorithm = map[int]string{16: "md5", 20: "sha1", 32: "sha256", 64: "sha512"}[len(b)]; l.Algorithm != "" {
		l.Hash, l.Installed = hex.EncodeToString(b), true
	}
}

// Held writes what a phone says of its lists in the words of the event
// "held-lists": ctl and itl are "held", "none" or what was sent, and of a list
// that is held ctl_sha1 (or as the hash is long) and ctl_server are told.
func (a *Alarm) Held(detail map[string]string) {
	for list, h := range map[string]*HeldList{"ctl": a.CTL, "itl": a.ITL} {
		switch {
		case h == nil:
		case h.Installed:
			detail[list] = "held"
			detail[list+"_"+h.Algorithm] = h.Hash
			detail[list+"_server"] = h.Server
		case h.Missing:
			detail[list] = "none"
		default:
			detail[list] = h.Text
		}
	}
}
