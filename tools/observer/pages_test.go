package observer_test

// pages are all of a node, by the name of their picture.
var pages = []struct{ name, path string }{
	{"overview", ""},
	{"processes", "processes?window=0s"},
	{"process", "process?p=vault"},
	{"trees", "trees"},
	{"applications", "apps"},
	{"waits", "waits"},
	{"names", "names"},
	{"cluster", "cluster"},
	{"zombies", "zombies"},
	{"events", "events"},
	{"alarms", "alarms"},
	{"trace", "trace"},
	{"profile", "profile"},
	{"profile-goroutine", "profile?kind=goroutine"},
}
