package pasted

import (
	"fmt"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// packet finishes a row: who of the two is the phone, and the clock where the
// row shows a time of day.
func (s *scanner) packet(e *catalogue.Event) {
	d := e.Detail
	phone, server := "", ""
	switch d["op"] {
	case "read_request", "write_request", "syn", "client_hello", "get":
		phone, server = d["src"], d["dst"]
		if len(s.clients) < maxNames {
			s.clients[phone] = true
		}
	case "syn_ack", "server_hello", "response", "option_ack":
		phone, server = d["dst"], d["src"]
	default:
		switch {
		case s.clients[d["src"]] && !s.clients[d["dst"]]:
			phone, server = d["src"], d["dst"]
		case s.clients[d["dst"]] && !s.clients[d["src"]]:
			phone, server = d["dst"], d["src"]
		case d["protocol"] == "TFTP" && d["op"] == "ack":
			phone, server = d["src"], d["dst"]
		case d["protocol"] == "TFTP" && (d["op"] == "data" || d["op"] == "error"):
			// Phones fetch; they do not serve.
			phone, server = d["dst"], d["src"]
		}
	}
	e.Address, e.Server = phone, server
	if phone != "" && d["protocol"] == "TFTP" {
		s.transfer(e, [2]string{phone, server})
	}
	if port := d["dst_port"]; server == d["dst"] && port != "" && server != "" {
		e.Server = lines.Join(server, port)
	}
	e.Clock = s.clock(d["time"])
}

// transfer notes which file a pair of addresses speaks of: the answers to a
// request do not name it. for_file is that of the last request.
func (s *scanner) transfer(e *catalogue.Event, pair [2]string) {
	switch e.Detail["op"] {
	case "read_request":
		if len(s.asked) < maxNames || s.asked[pair] != "" {
			s.asked[pair] = e.Detail["file"]
		}
	case "error", "data", "option_ack":
		if f := s.asked[pair]; f != "" {
			e.Detail["for_file"] = f
		}
	}
}

// clock reads the forms of the Time column that tell a time of day; seconds
// since the first packet tell none.
func (s *scanner) clock(stamp string) *catalogue.Clock {
	b := []byte(stamp)
	day, rest := word(b)
	date := len(day) == 10 && day[4] == '-'
	if !date {
		rest = b
	}
	if !timeOfDay(rest) {
		return nil
	}
	secs := int64(num(rest[:2])*3600 + num(rest[3:5])*60 + num(rest[6:8]))
	nanos, step := int32(0), 1.0
	unit := int32(1e9)
	if len(rest) > 9 {
		for _, c := range rest[9:min(len(rest), 18)] {
			unit /= 10
			step /= 10
			nanos += int32(c-'0') * unit
		}
	}
	if !date {
		s.track.Note(secs, nanos, false, step, b)
		return s.track.Clock()
	}
	c := catalogue.Clock{Dated: true, Local: true, Seconds: lines.Days(num(day[:4]), num(day[5:7]), num(day[8:10]))*86400 + secs, Nanos: nanos, Step: step, Text: stamp}
	s.track.Dated(c)
	return s.track.Clock()
}

// num reads digits; what is none counts as nothing.
func num(b []byte) int {
	v := 0
	for _, c := range b {
		if isDigit(c) {
			v = v*10 + int(c-'0')
		}
	}
	return v
}

// expressway finishes a record of an Expressway, which prints UTC.
func (s *scanner) expressway(e *catalogue.Event) {
	d := e.Detail
	e.Address = d["src"]
	if e.Server = d["dst"]; e.Server != "" && d["dst_port"] != "" {
		e.Server = lines.Join(e.Server, d["dst_port"])
	}
	if c := s.clock(d["utc"]); c != nil {
		c.Local = false
		e.Clock = c
	}
	delete(d, "utc")
}

// send gives an event its phone and hands it out. From the first device name
// that is none, events wait for the end of the text: the name may be spelled
// rightly further down.
func (s *scanner) send(e *catalogue.Event) {
	if name := deviceName(e.Detail["file"]); name != "" {
		if valid(name) {
			e.Phone = name
			if len(s.names) < maxNames {
				s.names[name] = true
			}
		} else {
			e.Detail["device"] = name
		}
	}
	if len(s.held) == 0 && e.Detail["device"] == "" {
		s.emit(e)
		return
	}
	if len(s.held) == maxHeld {
		if !s.full {
			s.problems = append(s.problems, catalogue.Problem{Where: fmt.Sprintf("line %d", e.Line), What: fmt.Sprintf("a device name that is none was compared with the names up to here only: more than %d events follow it", maxHeld)})
		}
		s.full = true
		s.release()
	}
	s.held = append(s.held, e)
}

// release hands the waiting events out. A doubtful name that is one digit off
// one valid name, and of no other, means that phone.
func (s *scanner) release() {
	for _, e := range s.held {
		if name := e.Detail["device"]; name != "" {
			near, several := "", false
			for v := range s.names {
				if NearMiss(name, v) {
					several = near != ""
					near = v
					if several {
						break
					}
				}
			}
			if near != "" && !several {
				e.Detail["near_miss_of"] = near
				e.Phone = near
			}
		}
		s.emit(e)
	}
	s.held = s.held[:0]
}
