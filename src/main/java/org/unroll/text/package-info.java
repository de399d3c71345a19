/**
 * Text: conversion of texts to token ids, and datasets of tokens.
 *
 * <p>Start with {@link org.unroll.text.TextVectorization}, which converts texts to ids with a
 * {@link org.unroll.text.Vocabulary}. {@link org.unroll.text.TokenWindows} is the dataset of a
 * language model, and {@link org.unroll.text.LabeledTexts} reads texts to classify.
 *
 * <p>This package depends on {@code org.unroll.data} only. It does not use layers or models.
 */
package org.unroll.text;
