// What the pages can do with script beyond what they can without: links and forms of the
// view change only the view, charts and trees are drawn, and there are keys.
"use strict";
(() => {
	const root = document.documentElement;
	root.classList.add("scripted");

	// A colour as it is now: canvases do not know light-dark().
	function paint(name) {
		const probe = document.createElement("i");
		probe.style.color = `var(${name})`;
		document.body.append(probe);
		const value = getComputedStyle(probe).color;
		probe.remove();
		return value;
	}

	// Go to a view without loading the whole page.
	function go(url) {
		htmx.ajax("GET", url, {source: document.body, target: "#live", select: "#live", swap: "outerHTML", push: url});
	}
	document.addEventListener("click", e => {
		const a = e.target.closest("a[data-live]");
		if (!a || e.defaultPrevented || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
		if (new URL(a.href).pathname !== location.pathname) return; // the menu changes too
		e.preventDefault();
		go(a.getAttribute("href"));
	});
	document.addEventListener("submit", e => {
		const form = e.target;
		if (!form.matches("form[data-live]") || new URL(form.action).pathname !== location.pathname) return;
		e.preventDefault();
		const params = new URLSearchParams();
		for (const [k, v] of new FormData(form)) if (v) params.append(k, v);
		go(form.getAttribute("action") + "?" + params);
	});
	document.addEventListener("change", e => {
		const form = e.target.closest("form[data-live]");
		if (form && e.target.matches("select, input[type=checkbox], input[type=number]")) form.requestSubmit();
	});

	// Charts. A canvas does not follow the colours by itself.
	const plots = new Map();
	const size = v => v >= 2 ** 30 ? (v / 2 ** 30).toFixed(1) + "G" : v >= 2 ** 20 ? (v / 2 ** 20).toFixed(1) + "M" : v >= 1024 ? (v / 1024).toFixed(0) + "K" : v;
	const count = v => v == null ? "" : v >= 1e6 ? +(v / 1e6).toFixed(1) + "M" : v >= 1e4 ? +(v / 1e3).toFixed(1) + "k" : +v.toFixed(2);
	function chart(figure) {
		const box = figure.querySelector(".plot");
		const points = JSON.parse(figure.dataset.points);
		const data = [points.map(p => p[0]), points.map(p => p[1])];
		const old = plots.get(figure.id);
		if (old && old.box === box) {
			old.plot.setSize({width: box.clientWidth, height: 130});
			old.plot.setData(data);
			return;
		}
		const text = paint("--dim"), line = paint("--line"), accent = paint("--accent");
		const axis = {stroke: text, grid: {stroke: line, width: 1}, ticks: {show: false}, font: "11px system-ui"};
		const values = (u, ticks) => ticks.map(figure.dataset.unit === "bytes" ? size : count);
		const plot = new uPlot({
			width: box.clientWidth, height: 130, legend: {show: false}, cursor: {y: false}, padding: [8, 4, 0, 0],
			scales: {y: {range: (u, min, max) => [0, Math.max(max * 1.1, 1e-3)]}},
			axes: [{...axis, space: 80, values: (u, ticks) => ticks.map(t => new Date(t * 1000).toTimeString().slice(0, 8))}, {...axis, size: 46, values, space: 28}],
			series: [{}, {stroke: accent, width: 1.5, fill: accent.replace("rgb(", "rgba(").replace(")", ", .12)"), points: {show: false}}],
		}, data, box);
		plots.set(figure.id, {plot, box});
	}
	function dropCharts() {
		for (const {plot} of plots.values()) plot.destroy();
		plots.clear();
	}

	// Trees, from left to right.
	const svg = (name, attributes, ...children) => {
		const e = document.createElementNS("http://www.w3.org/2000/svg", name);
		for (const k in attributes) e.setAttribute(k, attributes[k]);
		e.append(...children);
		return e;
	};
	function forest(figure) {
		const box = figure.querySelector(".picture");
		if (box.dataset.drawn === figure.dataset.forest) return;
		box.dataset.drawn = figure.dataset.forest;
		const all = d3.hierarchy({children: JSON.parse(figure.dataset.forest)});
		const row = 30, column = Math.max(170, Math.min(260, (figure.clientWidth - 40) / Math.max(all.height, 1)));
		d3.tree().nodeSize([row, column])(all);
		const nodes = all.descendants().slice(1);
		const top = Math.min(...nodes.map(n => n.x)), bottom = Math.max(...nodes.map(n => n.x));
		const width = Math.max(...nodes.map(n => n.y)) + 60, height = bottom - top + 2 * row;
		const at = n => `translate(${n.y - column + 20},${n.x - top + row})`;
		const drawn = svg("svg", {width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "supervision trees"});
		for (const n of nodes) {
			if (n.depth < 2) continue;
			const [x1, y1, x2, y2] = [n.parent.y - column + 20, n.parent.x - top + row, n.y - column + 20, n.x - top + row];
			const start = x1 + Math.min(column - 40, 18 + 7 * n.parent.data.name.length);
			const middle = (start + x2) / 2;
			drawn.append(svg("path", {d: `M${start},${y1}C${middle},${y1} ${middle},${y2} ${x2 - 8},${y2}`}));
		}
		for (const n of nodes) {
			const d = n.data;
			const name = svg("text", {x: 11, y: -1}, d.name.length > 26 ? d.name.slice(0, 25) + "…" : d.name);
			const note = svg("text", {x: 11, y: 11}, svg("tspan", {class: "sub"}, [d.pid, d.note].filter(Boolean).join(" ")));
			const circle = svg("circle", {r: d.super ? 7 : 5});
			const group = svg("g", {class: "heat" + d.heat, transform: at(n)}, circle, name, note);
			drawn.append(d.link ? svg("a", {href: d.link}, group) : group);
		}
		box.replaceChildren(drawn);
	}

	function draw() {
		document.querySelectorAll("figure.chart").forEach(chart);
		document.querySelectorAll("figure.forest").forEach(forest);
		mark();
	}

	// Keys. The row that is marked is remembered by its place.
	let row = -1;
	const rows = () => [...document.querySelectorAll("#live [data-row]")];
	function mark() {
		document.querySelectorAll(".here").forEach(e => e.classList.remove("here"));
		const all = rows();
		row = Math.min(row, all.length - 1);
		if (row >= 0) all[row].classList.add("here");
	}
	document.addEventListener("keydown", e => {
		if (e.metaKey || e.ctrlKey || e.altKey) return;
		const typing = e.target.matches("input, select, textarea");
		if (e.key === "Escape") {
			if (typing) e.target.blur();
			else if (row >= 0) { row = -1; mark(); }
			else history.back();
			return;
		}
		if (typing) return;
		switch (e.key) {
		case "/": {
			const search = document.querySelector("#live input.search");
			if (search) { e.preventDefault(); search.focus(); search.select(); }
			return;
		}
		case "j": case "k":
			row = Math.max(0, row + (e.key === "j" ? 1 : -1));
			mark();
			rows()[row]?.scrollIntoView({block: "nearest"});
			return;
		case "Enter": {
			const here = rows()[row];
			if (!here || e.target.closest("a, button, summary")) return;
			const link = here.matches("a") ? here : here.querySelector("a.pid, a.title, a, summary");
			link?.click();
		}
		}
	});

	// Whether changes still come.
	const pulse = document.getElementById("pulse");
	const live = (text, lost) => {
		if (!pulse) return;
		pulse.hidden = false;
		pulse.textContent = text;
		pulse.classList.toggle("lost", lost);
	};
	document.addEventListener("htmx:sse:after:connection", () => live("live", false));
	document.addEventListener("htmx:sse:error", () => live("lost", true));
	document.addEventListener("htmx:sse:after:message", draw);
	document.addEventListener("htmx:after:swap", draw);
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { dropCharts(); draw(); });
	addEventListener("resize", draw);
	draw();
})();
