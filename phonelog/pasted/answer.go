package pasted

import (
	"bytes"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// rest takes a line that begins nothing: an answer to what is open, or unknown.
func (s *scanner) rest(n int, t []byte, k kind) {
	if k == foreign {
		s.close()
		s.ignored++
		return
	}
	if s.open.kind != none && s.answer(n, t, k) {
		s.open.idle = 0
		return
	}
	if list := heading(t); list != nil {
		s.close()
		s.ignored++
		s.list = lines.Text(bytes.ToUpper(list))
		s.open = operation{kind: menu, line: n}
		return
	}
	if s.cli && ruler(t) {
		s.ignored++
		return
	}
	if s.open.kind != none {
		s.open.idle++
		if s.open.idle > maxGapLines {
			s.close()
		}
	}
	s.tally.Add(n, t)
}

// answer gives a line to the open operation; false when it is none of its.
func (s *scanner) answer(line int, t []byte, k kind) bool {
	o := &s.open
	switch o.kind {
	case get:
		if k == weak && s.rec.m.Entry.Event == "get_answer" {
			s.outcome(line, t)
			return true
		}
		if o.event.Detail["file"] == "" && fileName(t) { // a page broke the command
			o.event.Detail["file"] = lines.Text(t)
			s.join(line, t)
			return true
		}
		if n := loaded(t); n != nil && o.event.Detail["protocol"] == "http" {
			o.event.Detail["bytes"] = lines.Text(n)
			s.join(line, t)
			return true
		}
		return progress(t) && s.skip()
	case hashing:
		if key, ok := bareHash(t); ok && o.file != "" {
			e := &catalogue.Event{Line: line, EndLine: line, Dialect: DialectShell, Name: "file_hash", Text: lines.Text(t),
				Detail: map[string]string{"file": baseName(o.file), key: plain(t)}}
			s.close()
			s.matched++
			s.send(e)
			return true
		}
		if o.file == "" && fileName(t) { // a page broke the command
			o.file = lines.Text(t)
			s.matched++
			return true
		}
		return ruler(t) && s.skip() // PowerShell's table
	case menu:
		if list := heading(t); list != nil {
			s.list = lines.Text(bytes.ToUpper(list))
			return s.skip()
		}
		h := t
		if i := bytes.IndexByte(t, ':'); i > 0 && menuWord(trim(t[:i])) {
			h = trim(t[i+1:])
		} else if w, rest := word(t); menuWord(w) {
			h = rest
		}
		if key, ok := bareHash(h); ok && s.list != "" {
			s.matched++
			s.send(&catalogue.Event{Line: line, EndLine: line, Dialect: DialectMenu, Name: "menu_hash", Text: lines.Text(t),
				Detail: map[string]string{"list": s.list, key: plain(h)}})
			return true
		}
	case listing:
		return s.names1(line, t) || (ruler(t) || bytes.HasPrefix(t, []byte("total "))) && s.skip()
	case version:
		if t[0] == '<' && o.event.Detail["version"] == "" {
			o.event.Detail["version"] = lines.Text(bytes.Trim(t, "<>"))
			s.join(line, t)
			s.close()
			return true
		}
		return (t[0] == '<' || bytes.HasSuffix(t, []byte(".cop")) || bytes.HasSuffix(t, []byte(".cop.sgn"))) && s.skip()
	case checking:
		return s.checked(line, t, k)
	}
	return false
}

// skip counts a line that says nothing.
func (s *scanner) skip() bool {
	s.ignored++
	return true
}

// ruler recognises a line drawn under the names of columns.
func ruler(t []byte) bool { return len(t) > 3 && len(bytes.Trim(t, "=- ")) == 0 }

// loaded reads a row of curl's progress that stands at 100 per cent: share,
// size, share, bytes received.
//
//	100  5438  100  5438    0     0   106k      0 --:--:-- --:--:-- --:--:--  106k
func loaded(t []byte) []byte {
	share, rest := word(t)
	size, rest := word(rest)
	got, rest := word(rest)
	n, _ := word(rest)
	if string(share) != "100" || string(got) != "100" || !digits(size) || !digits(n) {
		return nil
	}
	return n
}

// progress recognises what curl and wget print while they load.
func progress(t []byte) bool {
	return len(bytes.Trim(t, "0123456789 :-.kMG%")) == 0 || bytes.Contains(t, []byte("% Total")) || bytes.Contains(t, []byte("Dload")) ||
		t[0] == '*' || t[0] == '>' || t[0] == '<' || hasPrefixFold(t, "connecting to ") || hasPrefixFold(t, "saving to") || t[0] == '-' ||
		hasPrefixFold(t, "resolving ") || bytes.Contains(t, []byte(" saved ["))
}
