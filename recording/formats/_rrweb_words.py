"""The closed vocabularies of rrweb: which strings of a page are its structure, and what the others are."""

from __future__ import annotations

import re

_TAG_LIST = """
    a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote body br
    button canvas caption center cite code col colgroup content data datalist dd del details dfn dialog dir div dl dt
    em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i
    iframe img input ins isindex kbd keygen label legend li link main map mark marquee math menu menuitem meta meter
    nav nobr noembed noframes noscript object ol optgroup option output p param picture plaintext portal pre progress q
    rb rp rt rtc ruby s samp script search section select shadow slot small source spacer span strike strong style sub
    summary sup table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr xmp
    animate animatemotion animatetransform circle clippath defs desc ellipse feblend fecolormatrix fecomponenttransfer
    fecomposite feconvolvematrix fediffuselighting fedisplacementmap fedropshadow feflood fefunca fefuncb fefuncg
    fefuncr fegaussianblur feimage femerge femergenode femorphology feoffset fespecularlighting fetile feturbulence
    filter foreignobject g image line lineargradient marker mask metadata mpath path pattern polygon polyline
    radialgradient rect set stop svg switch symbol text textpath tspan use view
    mfrac mi mn mo mover mpadded mphantom mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr
    munder munderover semantics annotation rr_frame
"""
TAGS = frozenset(_TAG_LIST.split())
"""Tags of HTML, SVG and MathML. A custom element is named by somebody, so its name is a text."""

_INLINE_LIST = """
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rb rp rt ruby s samp
    small span strike strong sub sup text textpath time tspan tt u var wbr
"""
INLINE = frozenset(_INLINE_LIST.split())
"""Elements that do not end a line of text."""

_ATTRIBUTE_LIST = """
    abbr accept accept-charset accesskey action align alt async autocapitalize autocomplete autofocus autoplay
    background bgcolor border cellpadding cellspacing charset checked cite class color cols colspan content
    contenteditable controls coords crossorigin data datetime decoding default defer dir dirname disabled download
    draggable enctype enterkeyhint fetchpriority for form formaction frameborder headers height hidden high href
    hreflang http-equiv id imagesizes imagesrcset inert inputmode integrity is ismap itemid itemprop itemref itemscope
    itemtype kind label lang language list loading loop low max maxlength media method min minlength multiple muted
    name nomodule nonce novalidate open optimum pattern ping placeholder playsinline popover poster preload property
    readonly referrerpolicy rel required rev reversed role rows rowspan sandbox scope scoped selected shape size sizes
    slot span spellcheck src srcdoc srclang srcset start step style summary tabindex target title translate type usemap
    valign value width wrap xmlns xml:lang xml:space xlink:href version
    cx cy d dx dy fill fill-opacity fill-rule clip-path clip-rule clippathunits font-family font-size font-weight
    gradienttransform gradientunits markerend offset opacity pathlength points preserveaspectratio r rx ry
    stop-color stop-opacity stroke stroke-dasharray stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity
    stroke-width text-anchor transform viewbox x x1 x2 y y1 y2 focusable
    rr_dataurl rr_width rr_height rr_left rr_top rr_scrollleft rr_scrolltop rr_mediastate rr_mediacurrenttime
    rr_mediaplaybackrate rr_mediamuted rr_medialoop rr_mediavolume rr_src rr_open_mode _csstext unchanged
"""
_ATTRIBUTES = frozenset(_ATTRIBUTE_LIST.split())
_ARIA = re.compile(r"aria-[a-z]{2,24}|on[a-z]{3,24}")

_MEMBER_LIST = """
    type data timestamp delay node id rootId parentId previousId nextId childNodes tagName attributes textContent
    isStyle isSVG isShadow isShadowHost isCustom needBlock publicId systemId name initialOffset left top source texts
    value removes adds positions x y timeOffset pointerType text isChecked userTriggered href width height tag payload
    plugin level trace property args setter commands rr_type base64 src index styleId rule rules replace replaceSync
    styles styleIds set remove priority family fontSource buffer descriptors ranges start startOffset end endOffset
    define currentTime volume muted loop playbackRate isAttachIframe events url failed status message requests
    isInitial isBlocked compatMode windowId sessionId assetCapture objectURLs origins cv debugData
"""
_MEMBERS = frozenset(_MEMBER_LIST.split())

_WORD = {
    "type": re.compile(
        r"button|checkbox|color|date|datetime-local|email|file|hidden|image|month|number|password|radio|range|reset|"
        r"search|submit|tel|text|time|url|week|menu|text/(?:css|javascript|html|plain)|module|"
        r"application/(?:javascript|json|ld\+json)|image/(?:png|jpeg|gif|webp|svg\+xml|x-icon)"
    ),
    "rel": re.compile(r"(?:stylesheet|icon|shortcut icon|preload|prefetch|preconnect|noopener|noreferrer|nofollow|"
                      r"canonical|alternate|manifest|apple-touch-icon)(?: (?:noopener|noreferrer|nofollow))*"),
    "method": re.compile(r"(?i:get|post|dialog)"),
    "dir": re.compile(r"ltr|rtl|auto"),
    "charset": re.compile(r"(?i:utf-8|iso-8859-1|windows-125\d)"),
    "target": re.compile(r"_blank|_self|_top|_parent"),
    "lang": re.compile(r"[a-z]{2}(?:-[A-Z]{2})?"),
    "autocomplete": re.compile(r"on|off|username|email|new-password|current-password|one-time-code"),
    "role": re.compile(
        r"alert|application|article|banner|button|cell|checkbox|columnheader|combobox|complementary|contentinfo|"
        r"dialog|document|feed|figure|form|grid|gridcell|group|heading|img|link|list|listbox|listitem|log|main|menu|"
        r"menubar|menuitem|navigation|none|note|option|presentation|progressbar|radio|radiogroup|region|row|rowgroup|"
        r"rowheader|search|searchbox|separator|slider|spinbutton|status|switch|tab|table|tablist|tabpanel|textbox|"
        r"timer|toolbar|tooltip|tree|treegrid|treeitem"
    ),
    "rr_mediastate": re.compile("played|paused"),
    "xmlns": re.compile(r"http://www\.w3\.org/(?:2000/svg|1999/xhtml|1998/Math/MathML)"),
}  # fmt: skip
_PLAIN = re.compile(r"-?\d{0,4}(?:\.\d{1,3})?(?:px|em|rem|%)?|true|false")
"""Sizes, counts and switches of attributes: too short to name anybody."""
_NUMERIC_LIST = """
    width height size cols rows colspan rowspan border cellpadding cellspacing tabindex maxlength minlength
    rr_width rr_height rr_left rr_top x y x1 x2 y1 y2 cx cy r rx ry stroke-width opacity
"""
_NUMERIC = frozenset(_NUMERIC_LIST.split())
_PATHS = frozenset({"d", "points", "viewbox"})
_PAINTS = frozenset(
    {"transform", "gradienttransform", "fill", "stroke", "fill-rule", "clip-rule", "stroke-linecap", "stroke-linejoin",
     "stroke-dasharray", "preserveaspectratio", "offset", "stop-color"}
)  # fmt: skip
# A run of more than six digits may be something else than a number of a drawing.
_NUMBER = r"(?<!\d)\d{1,6}(?!\d)"
_PATH = re.compile(rf"(?:[Zz]|[MLHVCSQTAmlhvcsqta](?![A-Za-z])|{_NUMBER}|e-|[\s,.+-])*+")
_PAINT = re.compile(
    r"(?:\b(?:none|evenodd|nonzero|round|miter|bevel|butt|square|translate|rotate|scale|matrix|skew[XY]|currentColor|"
    rf"inherit|black|white|x(?:Min|Mid|Max)Y(?:Min|Mid|Max)|meet|slice)\b|#[0-9a-fA-F]{{3,8}}\b|{_NUMBER}|[\s,.()%+-])*+"
)

_ADDRESS_LIST = """
    href src action formaction cite background poster srcset imagesrcset data ping xlink:href rr_src rr_dataurl url
"""
_ADDRESSES = frozenset(_ADDRESS_LIST.split())
_SPOKEN = frozenset({"title", "alt", "placeholder", "summary", "label", "content"})


def is_attribute_name(name: str) -> bool:
    """Whether HTML, SVG, ARIA or rrweb know an attribute of this name; any other may be data."""
    lower = name.lower()
    return lower in _ATTRIBUTES or _ARIA.fullmatch(lower) is not None


def is_member(name: str) -> bool:
    """Whether rrweb and its own plugins write a member of this name."""
    return name in _MEMBERS


def is_plain_attribute(name: str, value: str) -> bool:
    """Whether the value of an attribute is one of a closed vocabulary, a size, or a drawing of an icon."""
    lower = name.lower()
    word = _WORD.get(lower)
    if word is not None and word.fullmatch(value):
        return True
    if lower in _NUMERIC or lower.startswith("aria-"):
        return _PLAIN.fullmatch(value) is not None
    if lower in _PATHS:
        return _PATH.fullmatch(value) is not None
    return lower in _PAINTS and _PAINT.fullmatch(value) is not None


def attribute_role(name: str) -> str:
    """Role of the value of an attribute, as a text field."""
    lower = name.lower()
    if lower in _ADDRESSES:
        return "url"
    if lower in _SPOKEN or lower.startswith("aria-"):
        return "a11y_name"
    return "attribute"
