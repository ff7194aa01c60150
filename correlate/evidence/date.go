package evidence

import "time"

// dateLayouts are the forms in which a day or a moment is stated.
var dateLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02",
	"2006/01/02", "02.01.2006",
}

// Date reads the value of a fact that is a date: rebuilt, renamed, reset. Without
// a zone it is UTC.
func Date(value string) (time.Time, bool) {
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, value); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
