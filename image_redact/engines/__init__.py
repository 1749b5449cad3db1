"""Engines that read: pytesseract, tesserocr and RapidOCR behind one contract."""
