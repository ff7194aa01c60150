package register

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ParseError says what could not be read and where.
type ParseError struct {
	Protocol string // sccp, sip
	Offset   int    // octets from the start of the message
	What     string
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("register: %s: offset %d: %s", e.Protocol, e.Offset, e.What)
}

// note adds a problem once.
func note(list *[]string, format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if len(*list) < maxProblems && !slices.Contains(*list, s) {
		*list = append(*list, s)
	}
}

// text takes octets up to a NUL as text.
func text(b []byte) string {
	s, _, _ := strings.Cut(string(b[:min(len(b), maxText)]), "\x00")
	return strings.TrimSpace(strings.ToValidUTF8(s, "\ufffd"))
}

// LastReset is the line in which a phone tells why it registers anew. SCCP
// phones send it in an Alarm message, SIP phones in the Reason header:
//
//	25: Name=SEP001F9E266369 Load= 9.4(2SR3.1S) Last=Initialized
//	cisco-alarm:23 Name=SEPC80084AA8743 ActiveLoad=sip78xx.12-1-1-12.loads
//	    InactiveLoad=sip78xx.10-3-1-12.loads Last=reset-restart
//
// (a 79xx; a 7821 in Cisco's EMCC TechNote). The codes are those of
// ReasonForOutOfService in CUCM's alarm catalogue, 25 being "initialized".
type LastReset struct {
	Code     int    // -1 when there is none
	Name     string // device name
	Load     string // Load or ActiveLoad
	Inactive string // InactiveLoad
	Last     string // "Initialized", "reset-restart", "TCP-timeout", "phone-reg-rej"
}

// parseLastReset reads such a line. It returns nil when neither Name nor Last
// is in it.
func parseLastReset(s string) *LastReset {
	s = strings.TrimPrefix(s, "cisco-alarm:")
	r := &LastReset{Code: -1}
	digits := strings.TrimLeft(s, " ")
	digits = digits[:len(digits)-len(strings.TrimLeft(digits, "0123456789"))]
	if n, err := strconv.Atoi(digits); err == nil {
		r.Code = n
	}
	// A value goes on to the next key: reasons may hold blanks.
	keys := []struct {
		key string
		to  *string
	}{{"Name=", &r.Name}, {"ActiveLoad=", &r.Load}, {"InactiveLoad=", &r.Inactive}, {"Load=", &r.Load}, {"Last=", &r.Last}}
	type place struct {
		at, value int
		to        *string
	}
	var places []place
	for i := range len(s) {
		if i > 0 && s[i-1] != ' ' {
			continue
		}
		for _, k := range keys {
			if strings.HasPrefix(s[i:], k.key) && *k.to == "" {
				places = append(places, place{i, i + len(k.key), k.to})
				*k.to = " " // taken
			}
		}
	}
	for i, p := range places {
		end := len(s)
		if i+1 < len(places) {
			end = places[i+1].at
		}
		*p.to = text([]byte(s[p.value:end]))
	}
	// Names and loads are one word; "Load= term06.default : Invalid SCCP
	// message!" is how a 7911 ends when something else follows.
	for _, p := range []*string{&r.Name, &r.Load, &r.Inactive} {
		*p, _, _ = strings.Cut(*p, " ")
	}
	if r.Name == "" && r.Last == "" {
		return nil
	}
	return r
}
