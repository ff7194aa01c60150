package correlate

// rulesRegistration are the findings on secure registration.
var rulesRegistration = []*Rule{}
