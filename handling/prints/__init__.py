"""What the community prints: its paper forms, the empty form for mobile points and boxes, the ledger.

`sheets` says what stands on the paper, `pdf` and `docx` write it. The font in here is Noto Sans CJK SC 2.004
(SIL Open Font License 1.1, see OFL.txt) reduced to the characters of GB 2312, of jieba's dictionary and Latin:
embedded, a print looks the same on every machine, also on one without Chinese fonts.
"""

from handling.prints.docx import docx_of
from handling.prints.pdf import pdf_of
from handling.prints.sheets import Listing, Sheet, form_sheet, ledger_listing, paper_sheet

__all__ = ["Listing", "Sheet", "docx_of", "form_sheet", "ledger_listing", "paper_sheet", "pdf_of"]
