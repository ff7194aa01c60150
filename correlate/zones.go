package correlate

import (
	"strings"
	"time"
)

// zoneHours are the zone abbreviations that date and ctime print, where one
// meaning is by far the usual one for a server. CUCM prints such a date in
// "last modified on Wed Jul 27 10:16:24 EDT 2011"; the abbreviation is the only
// zone a listing has.
var zoneHours = map[string]float64{
	"UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
	"NST": -3.5, "NDT": -2.5, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
	"AKST": -9, "AKDT": -8, "HST": -10, "BRT": -3, "ART": -3, "CLT": -4, "COT": -5, "PET": -5,
	"PKT": 5, "NPT": 5.75, "ICT": 7, "WIB": 7, "SGT": 8, "HKT": 8, "PHT": 8, "AWST": 8, "JST": 9, "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}

// anyZone is how far a date may be off whose zone is not known, or has several
// meanings (CST, IST, BST).
const anyZone = 14 * time.Hour

// listDate reads the date of a list: RFC 3339, or the ctime form of a listing.
// slack is how far it may be off for want of a zone.
func listDate(s string) (t time.Time, slack time.Duration, ok bool) {
	s = strings.Join(strings.Fields(s), " ")
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, 0, true
	}
	f := strings.Fields(s)
	if len(f) != 6 {
		return time.Time{}, 0, false
	}
	zone := strings.ToUpper(f[4])
	t, err := time.Parse("Mon Jan 2 15:04:05 2006", strings.Join(append(f[:4:4], f[5]), " "))
	if err != nil {
		return time.Time{}, 0, false
	}
	if h, known := zoneHours[zone]; known {
		return t.Add(-time.Duration(h * float64(time.Hour))), 0, true
	}
	return t, anyZone, true
}
